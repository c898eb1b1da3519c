//! Whether those who have the role `member` can use the key manager.

use touchstone_sdk::openstack::{Identity, Service};
use touchstone_sdk::{Context, Error, Resource, Testee};

use crate::PERMISSIONS;
use crate::presence::is_key_manager;
use crate::secret::{self, Refusal};

const POLICIES: &str = "scs-0116-v1, \"Key Manager Policies\"";

/// With one of these, a user may do more than `member` lets them: what they can do says nothing about `member`.
const MORE_THAN_MEMBER: &[&str] = &["admin", "manager", "creator", "key-manager:service-admin"];

pub(crate) fn judge(cx: &mut Context, catalog: &[Service]) {
    if let Err(reason) = is_judgeable(catalog, &cx.identity()) {
        return cx.cannot_judge(PERMISSIONS, &reason);
    }
    if !catalog.iter().any(is_key_manager) {
        return cx.judge(PERMISSIONS, |t| {
            t.summarize("there is no key manager");
            Ok(())
        });
    }
    let attempt = secret::attempt(cx);
    cx.judge(PERMISSIONS, |t| report(&attempt.refusals, attempt.stopped, t));
}

/// Whether what this user can do shows what `member` permits; with the reason if not.
fn is_judgeable(catalog: &[Service], user: &Identity) -> Result<(), String> {
    if catalog.is_empty() {
        return Err("the catalog is empty: it cannot be told whether there is a key manager".into());
    }
    if !catalog.iter().any(is_key_manager) {
        return Ok(());
    }
    let has = |role: &str| user.roles.iter().any(|own| own.eq_ignore_ascii_case(role));
    if let Some(role) = MORE_THAN_MEMBER.iter().find(|role| has(role)) {
        return Err(format!(
            "the user has the role `{role}`: it cannot be told what `member` alone permits; run the check as a user with the \
             role `member` and none that permits more"
        ));
    }
    if !has("member") {
        let roles = if user.roles.is_empty() { "none".to_owned() } else { user.roles.join(", ") };
        return Err(format!(
            "the user does not have the role `member` (but {roles}): it cannot be told what it permits"
        ));
    }
    Ok(())
}

fn report(refusals: &[Refusal], stopped: Option<Error>, t: &mut Testee) -> Result<(), Error> {
    for refusal in refusals {
        let message = format!(
            "a user with the role `member` cannot {}, should be able to, as one with Barbican's `creator` is: {}",
            refusal.what, refusal.why
        );
        t.violation(message).about(resource(refusal)).required_by(POLICIES);
    }
    if !refusals.is_empty() {
        let whats: Vec<&str> = refusals.iter().map(|refusal| refusal.what).collect();
        t.summarize(format!(
            "`member` cannot {}; in Barbican's policy.yaml, `\"creator\": \"role:member\"` mends it",
            whats.join(", ")
        ));
    }
    match stopped {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn resource(refusal: &Refusal) -> Resource {
    Resource {
        service: "key-manager".into(),
        kind: "secret".into(),
        id: refusal.id.clone(),
        name: Some(refusal.name.clone()),
    }
}
