//! The OpenStack API: requests and answers, and typed helpers for what checks often read.

mod command;
mod flavors;
mod images;
mod pages;
mod request;
mod volume_types;
mod waiting;

pub use command::command;
pub use flavors::{FLAVOR_GRANTS, Flavor, flavors};
pub use images::{IMAGE_GRANTS, Image, each_image, images};
pub use pages::pages;
pub use request::{
    CallError, Created, Creation, Endpoint, ErrorKind, Identity, Method, Request, Response, Service,
};
pub use volume_types::{VOLUME_TYPE_GRANTS, VolumeType, volume_types};
pub use waiting::{wait, wait_for_status};
