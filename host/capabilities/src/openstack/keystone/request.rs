//! What is sent to log in (Identity API v3, "Password authentication", "Authenticating with an application credential").

use bytes::Bytes;
use serde_json::{Value, json};

use crate::openstack::config::{Auth, Credential, Domain, Scope, User};

/// The body of `POST /v3/auth/tokens`. Holds the secret.
pub(super) fn body(auth: &Auth) -> Bytes {
    let mut fields = serde_json::Map::new();
    let (identity, scope) = match auth {
        Auth::Password { user, password, scope } => {
            let mut user = user_fields(user);
            user["password"] = json!(password.expose());
            (json!({"methods": ["password"], "password": {"user": user}}), scope_fields(scope))
        }
        Auth::ApplicationCredential { credential, secret } => {
            let mut credential = match credential {
                Credential::Id(id) => json!({"id": id}),
                Credential::Name { name, user } => json!({"name": name, "user": user_fields(user)}),
            };
            credential["secret"] = json!(secret.expose());
            // The credential has a project; to ask for one is refused.
            (json!({"methods": ["application_credential"], "application_credential": credential}), None)
        }
        Auth::Token { token, scope } => {
            (json!({"methods": ["token"], "token": {"id": token.expose()}}), scope_fields(scope))
        }
    };
    fields.insert("identity".to_owned(), identity);
    fields.extend(scope.map(|scope| ("scope".to_owned(), scope)));
    Bytes::from(json!({"auth": fields}).to_string())
}

fn user_fields(user: &User) -> Value {
    match user {
        User::Id(id) => json!({"id": id}),
        User::Name { name, domain } => json!({"name": name, "domain": domain_fields(domain)}),
    }
}

fn domain_fields(domain: &Domain) -> Value {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}

fn scope_fields(scope: &Scope) -> Option<Value> {
    match scope {
        Scope::ProjectId(id) => Some(json!({"project": {"id": id}})),
        Scope::ProjectName { name, domain } => {
            Some(json!({"project": {"name": name, "domain": domain_fields(domain)}}))
        }
        Scope::Domain(domain) => Some(json!({"domain": domain_fields(domain)})),
        Scope::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openstack::config::Secret;

    fn sent(auth: &Auth) -> Value {
        serde_json::from_slice(&body(auth)).unwrap()
    }

    #[test]
    fn password() {
        let auth = Auth::Password {
            user: User::Name { name: "me".into(), domain: Domain::Name("Default".into()) },
            password: Secret::new("pw\"\\"),
            scope: Scope::ProjectName { name: "p".into(), domain: Domain::Id("default".into()) },
        };
        let expected = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "me", "domain": {"name": "Default"}, "password": "pw\"\\",
            }}},
            "scope": {"project": {"name": "p", "domain": {"id": "default"}}},
        }});
        assert_eq!(sent(&auth), expected);
    }

    #[test]
    fn an_application_credential_asks_for_no_project() {
        let by_id =
            Auth::ApplicationCredential { credential: Credential::Id("c1".into()), secret: Secret::new("s") };
        let identity = json!({"methods": ["application_credential"], "application_credential": {"id": "c1", "secret": "s"}});
        assert_eq!(sent(&by_id), json!({"auth": {"identity": identity}}));
        let by_name = Auth::ApplicationCredential {
            credential: Credential::Name { name: "c".into(), user: User::Id("u1".into()) },
            secret: Secret::new("s"),
        };
        let credential = &sent(&by_name)["auth"]["identity"]["application_credential"];
        assert_eq!(*credential, json!({"name": "c", "user": {"id": "u1"}, "secret": "s"}));
    }

    #[test]
    fn token() {
        let auth = Auth::Token { token: Secret::new("t"), scope: Scope::Domain(Domain::Id("d".into())) };
        let expected = json!({"auth": {
            "identity": {"methods": ["token"], "token": {"id": "t"}}, "scope": {"domain": {"id": "d"}},
        }});
        assert_eq!(sent(&auth), expected);
    }
}
