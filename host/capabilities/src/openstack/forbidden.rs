//! Calls that no check may ever make, whatever it was granted: their answers hold tokens or credentials, or they could
//! make some.

use touchstone_grants::{Method, RequestPath, ServiceType};

const REASON: &str = "no check may make this call: it deals with tokens or credentials";

/// What a token says about itself without showing itself (Identity API v3, "Authentication and token management").
const READABLE_AUTH: &[&str] = &["catalog", "projects", "domains", "system"];

/// Segments of paths of the Identity API below which credentials are.
const CREDENTIALS: &[&str] = &[
    "application_credentials",
    "credentials",
    "ec2tokens",
    "os-ec2",
    "os-federation",
    "os-oauth1",
    "os-oauth2",
    "os-revoke",
    "os-trust",
    "password",
    "s3tokens",
    "tokens",
];

/// Why a call is forbidden, if it is.
pub(crate) fn reason(service: &ServiceType, method: Method, path: &RequestPath) -> Option<&'static str> {
    let segments: Vec<_> = path.segments().collect();
    (service.as_str() == "identity" && is_forbidden(method, &segments)).then_some(REASON)
}

/// The same, for the URL that a call to any service would go to: several services may share a host.
pub(crate) fn reason_below_keystone(method: Method, path_below_keystone: &str) -> Option<&'static str> {
    let segments: Vec<_> = path_below_keystone.split('/').filter(|segment| !segment.is_empty()).collect();
    // Others may be below a Keystone that is at the root of its host; those have another segment first.
    let of_keystone = matches!(segments.first(), Some(&("v3" | "v2.0" | "auth")));
    (of_keystone && is_forbidden(method, &segments)).then_some(REASON)
}

fn is_forbidden(method: Method, segments: &[&str]) -> bool {
    let unversioned = match segments {
        [version, rest @ ..] if is_version(version) => rest,
        all => all,
    };
    if let [first, rest @ ..] = unversioned
        && first.eq_ignore_ascii_case("auth")
    {
        return !(method.is_read() && matches!(rest, [what] if READABLE_AUTH.contains(what)));
    }
    unversioned.iter().any(|segment| CREDENTIALS.iter().any(|word| word.eq_ignore_ascii_case(segment)))
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden(service: &str, method: Method, path: &str) -> bool {
        reason(&service.parse().unwrap(), method, &RequestPath::parse(path).unwrap()).is_some()
    }

    #[test]
    fn tokens_and_credentials_are_forbidden_for_every_method() {
        for path in [
            "/auth",
            "/auth/tokens",
            "/auth/tokens/OS-PKI/revoked",
            "/%61uth/tokens",
            "/Auth/Tokens",
            "/auth/OS-FEDERATION/saml2",
            "/auth/catalog/x",
            "/v3/auth/tokens",
            "/tokens/abc",
            "/credentials",
            "/credentials/1",
            "/ec2tokens",
            "/s3tokens",
            "/users/1/application_credentials",
            "/users/1/application_credentials/2",
            "/users/1/credentials/OS-EC2",
            "/users/1/credentials/OS-EC2/2",
            "/users/1/OS-OAUTH1/access_tokens",
            "/users/1/password",
            "/OS-TRUST/trusts",
            "/OS-OAUTH1/consumers",
            "/OS-FEDERATION/saml2/metadata",
        ] {
            for method in Method::ALL {
                assert!(forbidden("identity", method, path), "{method} {path}");
            }
        }
    }

    #[test]
    fn what_a_token_says_about_itself_may_be_read() {
        for path in ["/auth/catalog", "/auth/projects", "/auth/domains", "/auth/system"] {
            assert!(!forbidden("identity", Method::Get, path));
            assert!(!forbidden("identity", Method::Head, path));
            assert!(forbidden("identity", Method::Post, path));
        }
    }

    #[test]
    fn the_rest_is_a_matter_of_grants() {
        for path in
            ["/", "/users/1", "/projects", "/roles", "/domains/1/config/security_compliance/password_regex"]
        {
            assert!(!forbidden("identity", Method::Get, path), "{path}");
        }
        assert!(!forbidden("object-store", Method::Get, "/auth/tokens"));
    }

    #[test]
    fn other_services_on_the_host_of_keystone_are_looked_at_as_well() {
        assert!(reason_below_keystone(Method::Get, "/v3/auth/tokens").is_some());
        assert!(reason_below_keystone(Method::Get, "auth/tokens").is_some());
        assert!(reason_below_keystone(Method::Get, "/v3/projects").is_none());
        assert!(reason_below_keystone(Method::Get, "/object-store/v1/AUTH_x/tokens").is_none());
    }
}
