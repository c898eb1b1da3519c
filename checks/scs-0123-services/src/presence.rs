//! Whether a service is in the catalog, with an endpoint.

use touchstone_sdk::openstack::{Service, command};
use touchstone_sdk::{Resource, Testcase, Testee};

/// A service that must be in the catalog.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mandatory {
    /// Its official type.
    service_type: &'static str,
    /// Other types that will do.
    aliases: &'static [&'static str],
    /// Types that will not do, but by which one sees what was meant.
    lookalikes: &'static [&'static str],
    /// What it is, for people.
    what: &'static str,
    /// The section that asks for it.
    section: &'static str,
    /// The testcase that is about it.
    pub(crate) testcase: Testcase,
}

const MANDATORY: &str = "scs-0123-v1 and -v2, \"Mandatory IaaS APIs\"";
const MANDATORY_V2: &str = "scs-0123-v2, \"Mandatory IaaS APIs\"";
const NOTES: &str = "scs-0123-w1, \"Automated tests\"";

macro_rules! mandatory {
    ($id:literal, $type:literal, $what:literal, $section:expr, $lookalikes:expr) => {
        Mandatory {
            service_type: $type,
            aliases: &[],
            lookalikes: &$lookalikes,
            what: $what,
            section: $section,
            testcase: Testcase {
                id: concat!("scs-0123-", $id),
                title: concat!("The catalog has a service of type `", $type, "`, with an endpoint."),
            },
        }
    };
}

/// All of them, in the order in which scope manifests list them.
pub(crate) const SERVICES: [Mandatory; 8] = [
    mandatory!("service-compute", "compute", "the compute API (nova)", MANDATORY, ["nova", "computev21"]),
    mandatory!(
        "service-identity",
        "identity",
        "the identity API (keystone)",
        MANDATORY,
        ["keystone", "identityv3"]
    ),
    mandatory!("service-image", "image", "the image API (glance)", MANDATORY, ["glance", "images"]),
    mandatory!(
        "service-network",
        "network",
        "the network API (neutron)",
        MANDATORY,
        ["neutron", "networking"]
    ),
    mandatory!(
        "service-load-balancer",
        "load-balancer",
        "the load balancer API (octavia)",
        MANDATORY,
        ["octavia", "loadbalancing", "lbaas"]
    ),
    mandatory!("service-placement", "placement", "the placement API", NOTES, []),
    Mandatory {
        service_type: "block-storage",
        aliases: &["volumev3", "volume"],
        lookalikes: &["volumev2", "blockstore", "cinder", "cinderv3"],
        what: "the block storage API (cinder)",
        section: MANDATORY,
        testcase: Testcase {
            id: "scs-0123-storage-apis",
            title: "The catalog has a block storage service, as `block-storage`, `volumev3` or `volume`, with an endpoint.",
        },
    },
    mandatory!(
        "service-s3",
        "object-store-s3",
        "object storage with S3, in an entry of its own",
        MANDATORY_V2,
        ["s3", "objectstorages3", "s3objectstore", "objects3", "objectstore"]
    ),
];

/// Judges from the catalog alone: whether a service answers is a matter of other checks.
pub(crate) fn judge(service: &Mandatory, catalog: &[Service], region: Option<&str>, t: &mut Testee) {
    let entries: Vec<&Service> = catalog.iter().filter(|entry| service.is_it(&entry.service_type)).collect();
    let usable: Vec<&Service> = entries.iter().copied().filter(|entry| has_endpoint(entry)).collect();
    if usable.is_empty() {
        match entries.first() {
            None => missing(service, catalog, region, t),
            Some(entry) => without_endpoint(service, entry, region, t),
        }
        return;
    }
    if !usable.iter().flat_map(|entry| &entry.endpoints).any(|endpoint| endpoint.interface == "public") {
        let message = "has no public endpoint, only internal or admin ones: users may not reach it";
        t.warning(message).about(resource(usable[0])).required_by(service.section);
    }
    if !usable.iter().any(|entry| entry.service_type == service.service_type) {
        let message = format!(
            "is in the catalog as `{}` only: catalogs should use the official type, `{}`",
            usable[0].service_type, service.service_type
        );
        t.warning(message).about(resource(usable[0])).required_by(MANDATORY_V2).mended_by(command(&[
            "service",
            "create",
            "--name",
            &usable[0].name,
            service.service_type,
        ]));
    }
}

impl Mandatory {
    fn is_it(&self, service_type: &str) -> bool {
        service_type == self.service_type || self.aliases.contains(&service_type)
    }

    /// Whether a type that is not the service's looks as if it was meant to be.
    fn is_meant(&self, service_type: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
        };
        let given = plain(service_type);
        let types = [self.service_type].into_iter().chain(self.aliases.iter().copied());
        types.map(plain).any(|name| name == given) || self.lookalikes.contains(&given.as_str())
    }
}

fn has_endpoint(entry: &Service) -> bool {
    entry.endpoints.iter().any(|endpoint| !endpoint.url.is_empty())
}

fn missing(service: &Mandatory, catalog: &[Service], region: Option<&str>, t: &mut Testee) {
    let types = [service.service_type].into_iter().chain(service.aliases.iter().copied());
    let types: Vec<String> = types.map(|name| format!("`{name}`")).collect();
    let mut message =
        format!("the catalog has no service of type {}: {} is missing", types.join(" or "), service.what);
    let meant: Vec<String> = catalog
        .iter()
        .filter(|entry| service.is_meant(&entry.service_type))
        .map(|entry| format!("`{}`", entry.service_type))
        .collect();
    if !meant.is_empty() {
        let (verb, do_not) = if meant.len() == 1 { ("is", "does") } else { ("are", "do") };
        message += &format!("; there {verb} {}, which {do_not} not count", meant.join(", "));
    }
    let create = command(&["service", "create", "--name", "NAME", service.service_type]);
    let endpoint = create_endpoint(service.service_type, region);
    t.violation(message).required_by(service.section).mended_by(format!("{create} && {endpoint}"));
}

fn without_endpoint(service: &Mandatory, entry: &Service, region: Option<&str>, t: &mut Testee) {
    let place = region.map(|region| format!(" in region `{region}`")).unwrap_or_default();
    let message = format!("is in the catalog as `{}`, but has no endpoint{place}", entry.service_type);
    t.violation(message)
        .about(resource(entry))
        .required_by(service.section)
        .mended_by(create_endpoint(&entry.service_type, region));
}

fn create_endpoint(service_type: &str, region: Option<&str>) -> String {
    command(&["endpoint", "create", "--region", region.unwrap_or("REGION"), service_type, "public", "URL"])
}

fn resource(entry: &Service) -> Resource {
    let name = if entry.name.is_empty() { &entry.service_type } else { &entry.name };
    Resource::named("identity", "service", name)
}
