//! The OpenStack API: requests and answers, and typed helpers for what checks often read.

mod flavors;
mod images;
mod pages;
mod request;

pub use flavors::{FLAVOR_GRANTS, Flavor, flavors};
pub use images::{IMAGE_GRANTS, Image, images};
pub use pages::pages;
pub use request::{
    CallError, Created, Creation, Endpoint, ErrorKind, Identity, Method, Request, Response, Service,
};
