//! Services of which the simulated cloud has little: enough for a believable catalog.

use hyper::Method;
use serde_json::{Value, json};

use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::reply::{Reply, envelope};
use crate::scenario::{ObjectStore, S3Answer};
use crate::site::Site;

/// Placement: all that an unprivileged user gets is its version.
pub(super) fn placement(site: &Site, call: &Call) -> Reply {
    let label = |reply: Reply| {
        reply.header("openstack-api-version", "placement 1.0").header("vary", "openstack-api-version")
    };
    if call.segments.is_empty() {
        let version = json!({
            "id": "v1.0", "max_version": "1.39", "min_version": "1.0", "status": "CURRENT",
            "links": [{"rel": "self", "href": ""}],
        });
        return label(Reply::json(200, &envelope("versions", vec![version])));
    }
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let error = |status: u16, title: &str, detail: &str| {
        Reply::json(status, &json!({"errors": [{"status": status, "title": title, "detail": detail}]}))
    };
    let denied = || error(403, "Forbidden", "Access was denied to this resource.");
    label(match call.path().as_slice() {
        _ if call.method != Method::GET => {
            error(405, "Method Not Allowed", "The simulated cloud is read-only.")
        }
        [name @ ("resource_providers" | "traits" | "resource_classes")] if caller.is_admin() => {
            Reply::json(200, &envelope(name, Vec::new()))
        }
        ["resource_providers" | "traits" | "resource_classes" | "usages", ..] => denied(),
        _ => error(404, "Not Found", "The resource could not be found."),
    })
}

/// Octavia: no load balancers.
pub(super) fn load_balancer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::LoadBalancer);
    let version = |minor: u32| {
        let status = if minor == 29 { "CURRENT" } else { "SUPPORTED" };
        json!({
            "id": format!("v2.{minor}"), "status": status, "updated": "2024-09-01T00:00:00Z",
            "links": [{"href": format!("{url}/v2"), "rel": "self"}],
        })
    };
    match (&call.version, call.path().as_slice()) {
        (None, []) => Reply::json(200, &envelope("versions", (0..=29).map(version).collect::<Vec<_>>())),
        (Some(_), path) => lists(site, call, path, |path| match path {
            ["lbaas", name @ ("loadbalancers" | "listeners" | "pools" | "healthmonitors" | "l7policies")] => {
                Some(json!({*name: [], format!("{name}_links"): []}))
            }
            ["lbaas", name @ ("flavors" | "providers" | "availabilityzones")] => Some(json!({*name: []})),
            _ => None,
        }),
        _ => Reply::pecan(404, ""),
    }
}

/// The root of the host of object storage, where S3 is if it is there. None: nothing is, and the cloud has no object
/// storage either.
pub(super) fn root(site: &Site, call: &Call) -> Option<Reply> {
    let cloud = &site.cloud;
    let ObjectStore { s3, s3_answer } = cloud.object_store;
    if !s3 {
        let absent = cloud.catalog.services.get(&Service::ObjectStore).is_some_and(|entry| entry.absent);
        return (!absent).then(|| Reply::text(412, "text/html; charset=UTF-8", "Bad URL"));
    }
    if !matches!(call.method, Method::GET | Method::HEAD) {
        let problem = "The specified method is not allowed against this resource.";
        return Some(s3_error(site, 405, "MethodNotAllowed", problem));
    }
    // Nobody has a key for it.
    let s3_answer = call.header("authorization").map_or(s3_answer, |_| S3Answer::InvalidAccessKeyId);
    Some(match s3_answer {
        S3Answer::AccessDenied => s3_error(site, 403, "AccessDenied", "Access Denied."),
        S3Answer::InvalidAccessKeyId => {
            let problem = "The AWS Access Key Id you provided does not exist in our records.";
            s3_error(site, 403, "InvalidAccessKeyId", problem)
        }
        S3Answer::AnonymousBuckets => Reply::text(
            200,
            "application/xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>anonymous</ID><DisplayName></DisplayName></Owner><Buckets></Buckets></ListAllMyBucketsResult>",
        ),
    })
}

/// What Swift can do, as it tells everybody. None: the cloud has no object storage.
pub(super) fn root_info(site: &Site, call: &Call) -> Option<Reply> {
    let absent = site.cloud.catalog.services.get(&Service::ObjectStore).is_some_and(|entry| entry.absent);
    (!absent && call.method == Method::GET).then(|| info(site))
}

fn info(site: &Site) -> Reply {
    let mut info = json!({"swift": {"version": "2.36.0", "container_listing_limit": 10_000}});
    if site.cloud.object_store.s3 {
        info["s3api"] = json!({"max_bucket_listing": 1000});
    }
    Reply::json(200, &info)
}

fn s3_error(site: &Site, status: u16, code: &str, message: &str) -> Reply {
    let request = site.request_id().replace('-', "");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request}</RequestId></Error>"
    );
    Reply::text(status, "application/xml", body).header("x-amz-request-id", &request)
}

/// Swift: an account without containers.
pub(super) fn object_store(site: &Site, call: &Call) -> Reply {
    let not_found = || {
        Reply::text(
            404,
            "text/html; charset=UTF-8",
            "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
        )
    };
    if call.version.is_none() {
        return match call.path().as_slice() {
            ["info"] => info(site),
            _ => not_found(),
        };
    }
    if let Err(reply) = caller(site, call) {
        return reply;
    }
    let account = format!("AUTH_{}", site.cloud.project.id);
    match call.path().as_slice() {
        [asked] if *asked == account => match (call.method.as_str(), call.parameter("format")) {
            ("GET" | "HEAD", Some("json")) => Reply::json(200, &json!([])),
            ("GET" | "HEAD", _) => Reply::text(204, "text/plain; charset=utf-8", ""),
            _ => Reply::text(405, "text/html; charset=UTF-8", "<html><h1>Method Not Allowed</h1></html>"),
        }
        .header("x-account-container-count", "0")
        .header("x-account-object-count", "0")
        .header("x-account-bytes-used", "0"),
        _ => not_found(),
    }
}

/// Empty lists behind authentication, for services written with Pecan.
fn lists(site: &Site, call: &Call, path: &[&str], list: impl Fn(&[&str]) -> Option<Value>) -> Reply {
    if let Err(reply) = caller(site, call) {
        return reply;
    }
    let known = list(path).map(|body| Reply::json(200, &body));
    only_get(call, known, || Reply::pecan(404, ""), || Reply::pecan(405, "").header("allow", "GET"))
}
