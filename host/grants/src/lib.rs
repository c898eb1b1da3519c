//! The language of grants: which API calls a check may make.
//!
//! A grant is written `SERVICE METHOD PATTERN`, for example `compute GET /flavors/**` ([`Grant`] has the other forms, for
//! what creates, changes or probes):
//!
//! - the service type, as OpenStack's service-types authority names it ([`ServiceType`]; aliases are understood);
//! - the method ([`Method`]; `GET` includes `HEAD`);
//! - a pattern of paths below the versioned endpoint of the service ([`PathPattern`]): `*` stands for exactly one
//!   segment, `**`, which may only be last, for one or more.
//!
//! What a check asks for is parsed into a [`RequestPath`], which cannot hold anything that could mean something else
//! to a server than to us: no dot segments, no encoded slashes, no double encoding.
//!
//! ```
//! use touchstone_grants::{Grant, Method, RequestPath, ServiceType};
//!
//! let grant: Grant = "compute GET /flavors/**".parse()?;
//! let compute: ServiceType = "compute".parse()?;
//! assert!(grant.permits(&compute, Method::Get, &RequestPath::parse("/flavors/detail")?));
//! assert!(!grant.permits(&compute, Method::Get, &RequestPath::parse("/servers")?));
//! assert!(RequestPath::parse("/flavors/../servers").is_err());
//! # Ok::<(), touchstone_grants::GrantError>(())
//! ```

mod budget;
mod error;
mod grant;
mod method;
mod path;
mod pattern;
mod service;

pub use budget::Budget;
pub use error::{GrantError, Problem};
pub use grant::{Grant, Kind};
pub use method::Method;
pub use path::RequestPath;
pub use pattern::PathPattern;
pub use service::ServiceType;
