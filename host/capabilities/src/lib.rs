//! What stands behind the imports of a check, as plain async Rust that knows no WebAssembly.
//!
//! [`openstack`] makes calls to the OpenStack API of one subject.

pub mod openstack;
