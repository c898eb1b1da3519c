use std::sync::Arc;

use touchstone_capabilities::openstack::{CloudConfig, Openstack, Session, SessionOptions};
use touchstone_report::Preflight;

/// A subject that let us in, and what was found out about it before any check ran.
pub(crate) struct Reached {
    pub(crate) session: Arc<Session>,
    pub(crate) preflight: Preflight,
}

/// Logs in, and looks who we are: everything that must hold before a check may run, in one request.
///
/// # Errors
/// The subject cannot be tested; the pre-flight of the report says why.
pub(crate) async fn reach(cloud: &CloudConfig, allow_privileged: bool) -> Result<Reached, Preflight> {
    let unreachable = |reason: String| Preflight {
        reachable: false,
        reason: Some(reason),
        privileged_roles: Vec::new(),
        services: Vec::new(),
    };
    let session = Session::connect(cloud, &SessionOptions::default())
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let privileged_roles: Vec<String> =
        session.identity().privileged_roles().into_iter().map(str::to_owned).collect();
    let mut services: Vec<String> =
        session.catalog().into_iter().map(|service| service.service_type).collect();
    services.sort();
    services.dedup();
    if !privileged_roles.is_empty() && !allow_privileged {
        let reason = format!(
            "the user has the role {}, and checks are run as an ordinary user: what works for an administrator says \
             nothing about customers, and could harm others; use another user, or --allow-privileged",
            privileged_roles.join(", ")
        );
        return Err(Preflight { privileged_roles, services, ..unreachable(reason) });
    }
    let preflight = Preflight { reachable: true, reason: None, privileged_roles, services };
    Ok(Reached { session, preflight })
}
