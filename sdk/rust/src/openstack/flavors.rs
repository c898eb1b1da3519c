use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::pages::pages_from;
use super::{Request, Response, pages};
use crate::{Context, Error, Resource};

/// The grants that [`flavors`] needs.
pub const FLAVOR_GRANTS: &[&str] = &["compute GET /flavors/detail", "compute GET /flavors/*/os-extra_specs"];

/// Since this microversion (Queens) the list of flavors holds their extra specs.
const EXTRA_SPECS_IN_LIST: &str = "2.61";

/// A flavor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flavor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Virtual CPUs.
    pub vcpus: u64,
    /// Memory in MiB.
    pub ram_mib: u64,
    /// Root disk in GiB; 0 means none of its own.
    pub disk_gib: u64,
    /// Extra specs.
    pub extra_specs: BTreeMap<String, String>,
}

impl From<&Flavor> for Resource {
    fn from(flavor: &Flavor) -> Self {
        Resource {
            service: "compute".into(),
            kind: "flavor".into(),
            id: Some(flavor.id.clone()),
            name: Some(flavor.name.clone()),
        }
    }
}

/// All flavors that the user may see, with their extra specs, in the order of the API.
///
/// One list with microversion 2.61; where a cloud is older than that, or its policy hides extra specs from lists, they
/// are read flavor by flavor, concurrently.
///
/// # Errors
/// The list or some extra specs cannot be had, or are not what the API promises.
pub fn flavors(cx: &mut Context) -> Result<Vec<Flavor>, Error> {
    let list = Request::get("compute", "/flavors/detail");
    let modern = list.clone().microversion(EXTRA_SPECS_IN_LIST);
    // 406: the cloud does not know the microversion; 400: it answers so where the header is malformed to its eyes.
    let first = cx.call(&modern)?;
    let listed = match first.status {
        400 | 406 => pages(cx, list, "flavors")?,
        _ => pages_from(cx, modern, first, "flavors")?,
    };
    with_extra_specs(cx, listed)
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    name: String,
    vcpus: u64,
    ram: u64,
    disk: u64,
    extra_specs: Option<BTreeMap<String, Value>>,
}

fn with_extra_specs(cx: &mut Context, listed: Vec<Listed>) -> Result<Vec<Flavor>, Error> {
    let requests: Vec<Request> = listed
        .iter()
        .filter(|flavor| flavor.extra_specs.is_none())
        .map(|flavor| Request::get("compute", &format!("/flavors/{}/os-extra_specs", segment(&flavor.id))))
        .collect();
    let mut answers = if requests.is_empty() { Vec::new() } else { cx.call_all(&requests) }.into_iter();
    let mut asked = requests.iter();
    listed
        .into_iter()
        .map(|flavor| {
            let extra_specs = match flavor.extra_specs {
                Some(specs) => specs,
                None => match (asked.next(), answers.next()) {
                    (Some(request), Some(answer)) => extra_specs_of(request, answer?)?,
                    _ => return Err(Error::new("the host answered fewer calls than were made")),
                },
            };
            Ok(Flavor {
                id: flavor.id,
                name: flavor.name,
                vcpus: flavor.vcpus,
                ram_mib: flavor.ram,
                disk_gib: flavor.disk,
                extra_specs: extra_specs.into_iter().map(|(key, value)| (key, text(value))).collect(),
            })
        })
        .collect()
}

fn extra_specs_of(request: &Request, answer: Response) -> Result<BTreeMap<String, Value>, Error> {
    #[derive(Deserialize)]
    struct Body {
        extra_specs: BTreeMap<String, Value>,
    }
    Ok(answer.expect::<Body>(request, 200)?.extra_specs)
}

/// Extra specs are strings; a number or a truth value, as some proxies make of them, is taken by its spelling.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// An id as one segment of a path; nova allows spaces and other characters in the ids of flavors.
fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
