//! Microversions, as nova and cinder negotiate them.

use crate::call::{Call, parse_microversion};
use crate::reply::Reply;

/// A microversion.
pub(super) type Microversion = (u32, u32);

/// The microversions of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    /// Its name in the header: `compute`, `volume`.
    pub(super) service: &'static str,
    /// An older header that means the same.
    pub(super) legacy_header: Option<&'static str>,
    pub(super) min: Microversion,
    pub(super) max: Microversion,
}

impl Range {
    /// The microversion that a call asks for; the oldest if it does not say.
    ///
    /// # Errors
    /// The answer to one that is none (400), or that the service does not have (406).
    pub(super) fn negotiate(&self, call: &Call) -> Result<Microversion, Reply> {
        let asked = match self.asked(call) {
            None => return Ok(self.min),
            Some("latest") => return Ok(self.max),
            Some(text) => text,
        };
        let Some(version) = parse_microversion(asked) else {
            let problem = format!(
                "API Version String {asked} is of invalid format. Must be of format MajorNum.MinorNum."
            );
            return Err(Reply::fault("badRequest", 400, &problem));
        };
        if version < self.min || version > self.max {
            let (min, max) = (dotted(self.min), dotted(self.max));
            let problem = format!(
                "Version {asked} is not supported by the API. Minimum is {min} and maximum is {max}."
            );
            return Err(self.label(Reply::fault("computeFault", 406, &problem), version));
        }
        Ok(version)
    }

    /// Says in the headers of an answer for which microversion it is.
    pub(super) fn label(&self, reply: Reply, version: Microversion) -> Reply {
        let text = dotted(version);
        let reply = reply
            .header("openstack-api-version", &format!("{} {text}", self.service))
            .header("vary", "OpenStack-API-Version");
        match self.legacy_header {
            Some(name) => reply.header(name, &text).header("vary", name),
            None => reply,
        }
    }

    fn asked<'a>(&self, call: &'a Call) -> Option<&'a str> {
        let values =
            call.headers.get_all("openstack-api-version").iter().filter_map(|value| value.to_str().ok());
        let entries = values.flat_map(|value| value.split(','));
        entries
            .filter_map(|entry| entry.trim().split_once(' '))
            .find_map(|(service, version)| (service == self.service).then_some(version.trim()))
            .or_else(|| call.header(self.legacy_header?))
    }
}

/// With a dot: `2.61`.
pub(super) fn dotted((major, minor): Microversion) -> String {
    format!("{major}.{minor}")
}
