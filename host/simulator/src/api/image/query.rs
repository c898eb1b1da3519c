//! Which images a list is asked for, and in which order.

use std::cmp::Ordering;

use super::view::{owner, visibility};
use crate::call::Call;
use crate::cloud::{Cloud, Registered};

/// What the query of a list says, apart from paging.
pub(super) struct Query<'a> {
    filters: Vec<(&'a str, &'a str)>,
    hidden: bool,
    order: Vec<(Key, bool)>,
    cloud: &'a Cloud,
}

#[derive(Clone, Copy)]
enum Key {
    Name,
    Status,
    ContainerFormat,
    DiskFormat,
    Size,
    Id,
    Created,
}

impl<'a> Query<'a> {
    /// Reads a query.
    ///
    /// # Errors
    /// What glance explains about a value that it does not take.
    pub(super) fn parse(call: &'a Call, cloud: &'a Cloud) -> Result<Self, String> {
        let mut filters = Vec::new();
        let mut keys = Vec::new();
        let mut directions = Vec::new();
        let mut hidden = false;
        for (name, value) in &call.query {
            match name.as_str() {
                "limit" | "marker" | "member_status" => {}
                "os_hidden" => hidden = value.eq_ignore_ascii_case("true"),
                "visibility" if value == "all" => {}
                "sort_key" => keys.push(value.as_str()),
                "sort_dir" => directions.push(value.as_str()),
                "sort" => {
                    for part in value.split(',') {
                        let (key, direction) = part.split_once(':').unwrap_or((part, "desc"));
                        keys.push(key);
                        directions.push(direction);
                    }
                }
                "size_min" | "size_max" if value.parse::<u64>().is_err() => {
                    return Err(format!("{name} param must be an integer"));
                }
                name => filters.push((name, value.as_str())),
            }
        }
        let mut order = Vec::new();
        for (index, key) in keys.into_iter().enumerate() {
            // One direction may stand for all keys; without any it is descending.
            let direction = directions.get(index).or(directions.first()).copied().unwrap_or("desc");
            if !matches!(direction, "asc" | "desc") {
                return Err(format!("Invalid sort direction: {direction}"));
            }
            order.push((Key::parse(key)?, direction == "asc"));
        }
        Ok(Self { filters, hidden, order, cloud })
    }

    /// Whether the list has this image.
    pub(super) fn matches(&self, image: &Registered) -> bool {
        image.image.hidden == self.hidden
            && self.filters.iter().all(|(name, value)| self.has(image, name, value))
    }

    /// Orders what matches. Without a wish it stays as it is: the newest first.
    pub(super) fn sort(&self, images: &mut [&Registered]) {
        if self.order.is_empty() {
            return;
        }
        images.sort_by(|a, b| {
            let by = |(key, ascending): &(Key, bool)| {
                let order = key.compare(a, b);
                if *ascending { order } else { order.reverse() }
            };
            self.order.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }

    fn has(&self, registered: &Registered, name: &str, value: &str) -> bool {
        let image = &registered.image;
        match name {
            "id" => registered.id == value,
            "name" => image.name == value,
            "status" => image.status == value,
            "visibility" => visibility(image.visibility) == value,
            "owner" => owner(image.owner, self.cloud) == value,
            "protected" => image.protected.to_string().eq_ignore_ascii_case(value),
            "tag" => image.tags.iter().any(|tag| tag == value),
            "disk_format" => image.disk_format == value,
            "container_format" => image.container_format == value,
            "min_disk" => image.min_disk.to_string() == value,
            "min_ram" => image.min_ram.to_string() == value,
            "size_min" => value.parse().is_ok_and(|least: u64| image.size >= least),
            "size_max" => value.parse().is_ok_and(|most: u64| image.size <= most),
            property => image.properties.get(property).is_some_and(|known| known == value),
        }
    }
}

impl Key {
    fn parse(name: &str) -> Result<Self, String> {
        Ok(match name {
            "name" => Self::Name,
            "status" => Self::Status,
            "container_format" => Self::ContainerFormat,
            "disk_format" => Self::DiskFormat,
            "size" => Self::Size,
            "id" => Self::Id,
            "created_at" | "updated_at" => Self::Created,
            _ => {
                let known = "name, status, container_format, disk_format, size, id, created_at, updated_at";
                return Err(format!("Invalid sort key. It must be one of the following: {known}."));
            }
        })
    }

    fn compare(self, a: &Registered, b: &Registered) -> Ordering {
        let (x, y) = (&a.image, &b.image);
        match self {
            Self::Name => x.name.cmp(&y.name),
            Self::Status => x.status.cmp(&y.status),
            Self::ContainerFormat => x.container_format.cmp(&y.container_format),
            Self::DiskFormat => x.disk_format.cmp(&y.disk_format),
            Self::Size => x.size.cmp(&y.size),
            Self::Id => a.id.cmp(&b.id),
            Self::Created => a.created_at.cmp(&b.created_at),
        }
    }
}
