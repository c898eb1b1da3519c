//! Whether there is a key manager.

use touchstone_sdk::openstack::Service;
use touchstone_sdk::{Resource, Testee};

const TYPE: &str = "key-manager";
const STANDARD: &str = "scs-0116-v1, \"Key Manager Standard\"; scs-0116-w1, \"Automated Tests\"";

pub(crate) fn judge(catalog: &[Service], t: &mut Testee) {
    let services: Vec<&Service> = catalog.iter().filter(|service| service.service_type == TYPE).collect();
    if services.iter().any(|service| !service.endpoints.is_empty()) {
        return;
    }
    if let Some(service) = services.first() {
        t.violation("has no endpoint in the region of the run, should have one")
            .about(resource(service))
            .required_by(STANDARD);
    } else if let Some(service) = catalog.iter().find(|service| is_key_manager(service)) {
        let message = format!("the catalog calls its type `{}`, should be `{TYPE}`", service.service_type);
        t.violation(message).about(resource(service)).required_by(STANDARD);
    } else {
        t.violation(format!("the catalog has no service of type `{TYPE}`, should have one"))
            .about(Resource { service: TYPE.into(), kind: "service".into(), id: None, name: None })
            .required_by(STANDARD);
    }
}

/// Whether the service is one, however the catalog spells its type: calls get there all the same.
pub(crate) fn is_key_manager(service: &Service) -> bool {
    service.service_type.to_ascii_lowercase().replace('_', "-") == TYPE
}

fn resource(service: &Service) -> Resource {
    Resource {
        service: TYPE.into(),
        kind: "service".into(),
        id: None,
        name: Some(service.name.clone()).filter(|name| !name.is_empty()),
    }
}
