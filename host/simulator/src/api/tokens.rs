//! Logging in: `POST /v3/auth/tokens`, and what keystone says about a token.

use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog;
use crate::call::Call;
use crate::cloud::{Account, Place, derived_id};
use crate::reply::Reply;
use crate::site::{Caller, Site};

const MALFORMED: &str = "The server could not comply with the request since it is either malformed or otherwise \
                         incorrect. The client is assumed to be in error.";
const UNAUTHORIZED: &str = "The request you have made requires authentication.";

#[derive(Deserialize)]
struct Login {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Methods,
    #[serde(default)]
    scope: Option<Value>,
}

#[derive(Deserialize)]
struct Methods {
    methods: Vec<String>,
    #[serde(default)]
    password: Option<Password>,
    #[serde(default)]
    application_credential: Option<Credential>,
    #[serde(default)]
    token: Option<Earlier>,
}

#[derive(Deserialize)]
struct Password {
    user: UserReference,
}

#[derive(Deserialize)]
struct Credential {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    user: Option<UserReference>,
}

#[derive(Deserialize)]
struct Earlier {
    id: String,
}

#[derive(Deserialize)]
struct UserReference {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    domain: Option<DomainReference>,
    #[serde(default)]
    password: Option<String>,
}

#[derive(Deserialize)]
struct DomainReference {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

/// Who has proved to be whom.
struct Proof {
    user: usize,
    credential: Option<usize>,
}

/// Logs somebody in.
pub(super) fn log_in(site: &Site, call: &Call) -> Reply {
    let malformed =
        |expected: &str| Reply::keystone(400, &format!("Expecting to find {expected}. {MALFORMED}"));
    let Ok(Login { auth }) = touchstone_json::from_slice::<Login>(&call.body) else {
        let json = touchstone_json::from_slice::<Value>(&call.body).is_ok();
        return malformed(if json {
            "auth.identity.methods in request body"
        } else {
            "valid JSON in request body"
        });
    };
    let Some(method) = auth.identity.methods.first() else {
        return malformed("methods in identity");
    };
    let present = match method.as_str() {
        "password" => auth.identity.password.is_some(),
        "application_credential" => auth.identity.application_credential.is_some(),
        "token" => auth.identity.token.is_some(),
        _ => false,
    };
    if !present {
        return malformed(&format!("{method} in identity"));
    }
    let Some(Proof { user, credential }) = prove(site, &auth.identity) else {
        return unauthorized(site);
    };
    if credential.is_some() && auth.scope.is_some() {
        return Reply::keystone(401, "Application credentials cannot request a scope.");
    }
    let Some(scoped) = scope(site, auth.scope.as_ref()) else {
        return unauthorized(site);
    };
    let lifetime = site.cloud.token_lifetime;
    let (id, token) = site.tokens.issue(user, credential, scoped, &auth.identity.methods, lifetime);
    let account = &site.cloud.users[user];
    described(site, call, 201, &Caller { account, token }, &id)
}

/// Says what a token is: the one in `X-Subject-Token`.
pub(super) fn describe(site: &Site, call: &Call) -> Reply {
    let Some(subject) = call.header("x-subject-token") else {
        let problem = "You are not authorized to perform the requested action: identity:validate_token.";
        return Reply::keystone(403, problem);
    };
    match site.holder(subject) {
        Some(holder) => described(site, call, 200, &holder, subject),
        None => Reply::keystone(404, "Could not find token."),
    }
}

/// The answer to those who have not proved to be anybody.
pub(super) fn unauthorized(site: &Site) -> Reply {
    let challenge = format!("Keystone uri=\"{}\"", site.auth_url());
    Reply::keystone(401, UNAUTHORIZED).header("www-authenticate", &challenge)
}

fn prove(site: &Site, identity: &Methods) -> Option<Proof> {
    let users = &site.cloud.users;
    let find = |wanted: &UserReference| {
        users.iter().position(|account| is_meant(account, wanted, &site.cloud.domain))
    };
    match identity.methods.first()?.as_str() {
        "password" => {
            let wanted = &identity.password.as_ref()?.user;
            let user = find(wanted)?;
            (wanted.password.as_ref()? == &users[user].user.password)
                .then_some(Proof { user, credential: None })
        }
        "application_credential" => {
            let wanted = identity.application_credential.as_ref()?;
            let (user, credential) = match (&wanted.id, &wanted.name) {
                (Some(id), _) => users.iter().enumerate().find_map(|(user, account)| {
                    Some((user, account.credential_ids.iter().position(|known| known == id)?))
                })?,
                (None, name) => {
                    let user = find(wanted.user.as_ref()?)?;
                    let mut credentials = users[user].user.application_credentials.iter();
                    (user, credentials.position(|known| Some(&known.name) == name.as_ref())?)
                }
            };
            let secret = &users[user].user.application_credentials[credential].secret;
            (wanted.secret.as_ref()? == secret).then_some(Proof { user, credential: Some(credential) })
        }
        "token" => {
            let token = site.tokens.find(&identity.token.as_ref()?.id)?;
            Some(Proof { user: token.user, credential: token.credential })
        }
        _ => None,
    }
}

fn is_meant(account: &Account, wanted: &UserReference, domain: &Place) -> bool {
    match (&wanted.id, &wanted.name, &wanted.domain) {
        (Some(id), _, _) => account.id == *id,
        (None, Some(name), Some(reference)) => account.user.name == *name && is_domain(reference, domain),
        _ => false,
    }
}

fn is_domain(reference: &DomainReference, domain: &Place) -> bool {
    match (&reference.id, &reference.name) {
        (Some(id), _) => domain.id == *id,
        (None, Some(name)) => domain.name == *name,
        (None, None) => false,
    }
}

/// Whether the token is to be for the project. None: nobody here has a role in what was asked for.
fn scope(site: &Site, asked: Option<&Value>) -> Option<bool> {
    let (project, domain) = (&site.cloud.project, &site.cloud.domain);
    let asked = match asked {
        // Every user has the project as the default one.
        None | Some(Value::Null) => return Some(true),
        Some(Value::String(word)) => return (word == "unscoped").then_some(false),
        Some(scope) if scope.get("unscoped").is_some() => return Some(false),
        Some(scope) => scope.get("project")?,
    };
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(String::from);
    let found = match (text(asked, "id"), text(asked, "name"), asked.get("domain")) {
        (Some(id), _, _) => id == project.id,
        (None, Some(name), Some(reference)) => {
            let reference = DomainReference { id: text(reference, "id"), name: text(reference, "name") };
            name == project.name && is_domain(&reference, domain)
        }
        _ => false,
    };
    found.then_some(true)
}

fn described(site: &Site, call: &Call, status: u16, holder: &Caller<'_>, id: &str) -> Reply {
    let (account, token, cloud) = (holder.account, &holder.token, &site.cloud);
    let domain = json!({"id": cloud.domain.id, "name": cloud.domain.name});
    let mut about = json!({
        "methods": token.methods,
        "user": {"domain": domain, "id": account.id, "name": account.user.name, "password_expires_at": null},
        "audit_ids": [token.audit_id],
        "expires_at": token.expires_at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        "issued_at": token.issued_at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
    });
    if token.scoped {
        about["project"] = json!({"domain": domain, "id": cloud.project.id, "name": cloud.project.name});
        about["is_domain"] = false.into();
        about["roles"] =
            holder.roles().iter().map(|role| json!({"id": role_id(role), "name": role})).collect();
        if call.parameter("nocatalog").is_none() {
            about["catalog"] = catalog::catalog(site);
        }
    }
    if let (Some(credential), Some(index)) = (holder.credential(), token.credential) {
        let id = &account.credential_ids[index];
        about["application_credential"] = json!({"id": id, "name": credential.name, "restricted": true});
    }
    Reply::json(status, &json!({"token": about})).header("x-subject-token", id).header("vary", "X-Auth-Token")
}

fn role_id(role: &str) -> String {
    derived_id(&["role", role]).simple().to_string()
}
