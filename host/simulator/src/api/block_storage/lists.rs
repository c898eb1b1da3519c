//! Lists of what can be created.

use serde_json::{Value, json};

use super::bad_request;
use crate::api::paging::page;
use crate::call::Call;
use crate::reply::{Reply, envelope};
use crate::site::Site;

/// What lists need to know of their items.
pub(super) trait Item {
    fn id(&self) -> &str;
    fn name(&self) -> Option<&str>;
    fn status(&self) -> &'static str;
    /// Whether a filter with another name fits; None: there is no such filter.
    fn fits(&self, filter: &str, value: &str) -> Option<bool>;
}

/// A page of a list, the newest first.
pub(super) fn list<T: Item>(
    site: &Site,
    call: &Call,
    collection: &str,
    items: &[T],
    view: impl Fn(&T) -> Value,
) -> Reply {
    let most = site.cloud.pages.volumes;
    let limit = match call.parameter("limit").map(str::parse::<usize>) {
        None => most,
        Some(Ok(limit)) => limit.min(most),
        Some(Err(_)) => return bad_request("limit param must be an integer"),
    };
    let wanted = |item: &&T| {
        call.query.iter().all(|(name, value)| match name.as_str() {
            "name" => item.name() == Some(value),
            "status" => item.status() == value,
            "id" => item.id() == value,
            name => item.fits(name, value).unwrap_or(true),
        })
    };
    let marker = call.parameter("marker");
    let Ok(page) = page(items.iter().rev().filter(wanted), marker, limit, |item| item.id()) else {
        return bad_request(&format!("marker [{}] not found", marker.unwrap_or_default()));
    };
    let mut body = envelope(collection, page.items.into_iter().map(view).collect());
    if let Some(marker) = page.next {
        let href = format!("{}{}?{}", site.base, call.path_on_wire(), call.query_with_marker(marker));
        // Cinder names them after one item: `volumes_links`, but `backup_links`.
        let key = if collection == "backups" { "backup_links" } else { "volumes_links" };
        body[key] = json!([{"rel": "next", "href": href}]);
    }
    Reply::json(200, &body)
}
