//! The grammar of flavor names of [SCS-0100 v3][standard], text v3.3.
//!
//! ```
//! use flavor_names::{FlavorName, Reading, Syntax};
//!
//! let name = FlavorName::parse("SCS-4C-16-2x200p_a1")?;
//! assert_eq!(name.cpu_ram.cpus.get(), 4);
//! assert_eq!(name.short().to_string(), "SCS-4C-16-2x200p_a");
//! assert_eq!(
//!     name.explain(),
//!     "4 dedicated cores on Arm A76/Neoverse N1 class; 16 GiB RAM; 2 local NVMe disks of 200 GB each"
//! );
//!
//! // Names of older versions are tolerated, and said to be so.
//! assert_eq!(Reading::of("SCS-4V:16:50")?.syntax, Syntax::V1);
//!
//! // Errors say where a name goes wrong and what belongs there.
//! let error = Reading::of("SCS-2C-4-10n_hwv_xen").unwrap_err();
//! assert_eq!((error.position(), error.piece()), (17, "xen"));
//! assert_eq!(error.message(), "out of order: expected the hypervisor before `hwv`");
//! # Ok::<(), flavor_names::NameError>(())
//! ```
//!
//! How the text of the standard was read where it leaves room, and where the verdicts differ from those of the
//! standard's own Python suite, is written down in `checks/scs-0100-flavor-naming/README.md`.
//!
//! [standard]: https://docs.scs.community/standards/scs-0100-v3-flavor-naming

mod cpu;
mod error;
mod explain;
mod fault;
mod gpu;
mod name;
mod parse;
mod reading;
mod spec;
mod spell;

pub use cpu::{Cpu, CpuFrequency, CpuVendor};
pub use error::NameError;
pub use gpu::{Gpu, GpuAccess, GpuFrequency, GpuMemory, GpuModel, GpuUnits, GpuVendor};
pub use name::{CpuKind, CpuRam, Disk, DiskKind, FlavorName, Hypervisor, Ram};
pub use reading::{Reading, Remark, Syntax};
pub use spec::{Expected, Spec};
