//! Whether the host of the object store speaks S3 too.

use serde_json::Value;
use touchstone_sdk::openstack::{Response, Service};
use touchstone_sdk::{Context, Error, Resource, Testee};

use crate::s3::Body;

const S3: &str = "scs-0123-v1, \"Mandatory IaaS APIs\"; scs-0123-w1, \"Automated tests\"";

/// The service type of swift; the service-types authority knows no alias.
const OBJECT_STORE: &str = "object-store";

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// The catalog has no object store.
    NoObjectStore {
        /// Types of the catalog by which S3 may be meant.
        s3_entries: Vec<String>,
    },
    /// It speaks S3.
    Speaks {
        /// By what one sees it.
        how: String,
    },
    /// It does not.
    Silent {
        /// What it answered at its root.
        status: u16,
        /// Types of the catalog by which S3 may be meant.
        s3_entries: Vec<String>,
    },
}

/// Asks the host, without credentials: at its root, where Ceph, MinIO and most others answer in S3; and, where that says
/// nothing, at `/info`, where swift lists what it can do. (Swift answers in S3 only to those who name an access key.)
///
/// # Errors
/// There is no answer, or the answers do not tell.
pub(crate) fn look(cx: &mut Context, catalog: &[Service]) -> Result<Found, Error> {
    if catalog.is_empty() {
        return Err(Error::new("the catalog is empty: has the user a role in a project?"));
    }
    let s3_entries = s3_entries(catalog);
    if !catalog.iter().any(|service| service.service_type == OBJECT_STORE) {
        return Ok(Found::NoObjectStore { s3_entries });
    }
    let root = cx.probe(OBJECT_STORE, "/")?;
    if root.status >= 500 {
        return Err(Error::new(format!("the host of the object store answered {} to GET /", root.status)));
    }
    let unknown = match Body::read(&root.body) {
        Body::Buckets => {
            return Ok(Found::Speaks { how: "GET / gave a list of buckets".into() });
        }
        Body::Error(code) => {
            return Ok(Found::Speaks { how: format!("GET / gave the error `{code}` of S3") });
        }
        Body::UnknownError(code) => format!(" with the error `{code}`, which S3 is not known to have"),
        Body::Other => " without a word of S3".into(),
    };
    let info = cx.probe(OBJECT_STORE, "/info")?;
    match capabilities(&info) {
        Some(known) if known.s3 => Ok(Found::Speaks { how: "/info lists S3 among what swift can do".into() }),
        Some(known) if known.swift => Ok(Found::Silent { status: root.status, s3_entries }),
        _ => Err(Error::new(format!(
            "the host of the object store answered {} to GET /{unknown}, and {} to GET /info, where swift lists what it can \
             do: whether it speaks S3 cannot be found out without credentials",
            root.status, info.status
        ))),
    }
}

/// Says what was found.
pub(crate) fn judge(found: &Found, t: &mut Testee) {
    match found {
        Found::Speaks { how } => t.summarize(how.as_str()),
        Found::NoObjectStore { s3_entries } => {
            t.summarize("there is no object store in the catalog, so nothing to be looked at");
            if s3_entries.is_empty() {
                let message = "the catalog has neither an object store nor an entry for S3: S3 is mandatory, but this \
                               testcase looks for it only beside an object store";
                t.warning(message).required_by(S3);
            }
        }
        Found::Silent { status, s3_entries } => {
            let mut message = format!(
                "the host of the object store does not speak S3: it answered {status} to GET /, and its /info does not list \
                 S3 (`s3api`)"
            );
            if !s3_entries.is_empty() {
                let entries: Vec<String> = s3_entries.iter().map(|entry| format!("`{entry}`")).collect();
                message += &format!("; that the catalog has {} is not looked at here", entries.join(", "));
            }
            t.violation(message).about(Resource::named("identity", "service", OBJECT_STORE)).required_by(S3);
        }
    }
}

/// Types of the catalog that speak of S3.
fn s3_entries(catalog: &[Service]) -> Vec<String> {
    let types = catalog.iter().map(|service| &service.service_type);
    let mut found: Vec<String> =
        types.filter(|name| name.to_ascii_lowercase().contains("s3")).cloned().collect();
    found.dedup();
    found
}

/// What swift says that it can do.
struct Capabilities {
    swift: bool,
    s3: bool,
}

/// Nothing if it is not what swift says.
fn capabilities(info: &Response) -> Option<Capabilities> {
    if info.status != 200 {
        return None;
    }
    let body: Value = serde_json::from_slice(&info.body).ok()?;
    let members = body.as_object()?;
    // swift3 is what s3api was before it became part of swift.
    let s3 = ["s3api", "swift3"].iter().any(|name| members.get(*name).is_some_and(Value::is_object));
    Some(Capabilities { swift: members.get("swift").is_some_and(Value::is_object), s3 })
}
