use proptest::prelude::*;

use crate::{Grant, Method, Problem, RequestPath, ServiceType};

fn grant(text: &str) -> Grant {
    text.parse().unwrap()
}

fn permits(text: &str, service: &str, method: Method, path: &str) -> bool {
    grant(text).permits(&service.parse().unwrap(), method, &RequestPath::parse(path).unwrap())
}

#[test]
fn service_method_and_path_must_agree() {
    assert!(permits("compute GET /flavors/**", "compute", Method::Get, "/flavors/detail"));
    assert!(!permits("compute GET /flavors/**", "image", Method::Get, "/flavors/detail"));
    assert!(!permits("compute GET /flavors/**", "compute", Method::Post, "/flavors/detail"));
    assert!(!permits("compute GET /flavors/**", "compute", Method::Get, "/servers/detail"));
}

#[test]
fn get_includes_head_and_not_the_other_way() {
    assert!(permits("image GET /images", "image", Method::Head, "/images"));
    assert!(!permits("image HEAD /images", "image", Method::Get, "/images"));
    assert!(grant("image GET /images").covers(&grant("image HEAD /images")));
    assert!(!grant("image HEAD /images").covers(&grant("image GET /images")));
}

#[test]
fn aliases_mean_the_same_service() {
    assert!(permits("volumev3 GET /types", "block-storage", Method::Get, "/types"));
    assert_eq!(grant("volumev3 GET /types").to_string(), "block-storage GET /types");
    assert!(grant("sharev2 GET /types").covers(&grant("shared-file-system GET /types")));
}

#[test]
fn only_get_and_head_are_reads() {
    let reads = Method::ALL.map(|method| grant(&format!("compute {method} /servers")).is_read());
    assert_eq!(reads, [true, true, false, false, false, false]);
}

#[test]
fn catalog_types_are_matched_loosely() {
    let storage: ServiceType = "volume".parse().unwrap();
    assert_eq!(storage.as_str(), "block-storage");
    for catalog_type in ["volumev3", "block-storage", "block_storage", "VolumeV3"] {
        assert!(storage.matches(catalog_type), "{catalog_type}");
    }
    assert!(!storage.matches("compute"));
    let unknown: ServiceType = "cloudformation".parse().unwrap();
    assert!(unknown.matches("cloudformation") && unknown.aliases().is_empty());
}

#[test]
fn messages_say_where_and_what() {
    let message = |text: &str| text.parse::<Grant>().unwrap_err().to_string();
    assert_eq!(
        message("compute GET"),
        "at byte 11: a grant has three parts, SERVICE METHOD PATTERN (`compute GET /flavors/**`); PATTERN is missing"
    );
    assert!(message("").contains("SERVICE is missing"));
    assert!(message("compute get /flavors").starts_with("at byte 8: \"get\" is not a method"));
    assert!(message("Compute GET /flavors").starts_with("at byte 0: 'C' cannot be in a service type"));
    assert!(message("compute GET /a/**/b").starts_with("at byte 15: `**` may only be the last segment"));
    assert!(message("compute  GET   flavors").starts_with("at byte 15: a path begins with `/`"));
    assert!(message("compute GET /flavors /servers").starts_with("at byte 21: "));
    let long = "a".repeat(65).parse::<ServiceType>().unwrap_err();
    assert_eq!(long.problem(), &Problem::ServiceTooLong { max: 64 });
}

fn grants() -> impl Strategy<Value = Grant> {
    (
        prop::sample::select(vec!["compute", "image", "volumev3", "block-storage"]),
        prop::sample::select(Method::ALL.to_vec()),
        prop::sample::select(vec!["/", "/a", "/*", "/**", "/a/*", "/a/**", "/*/b", "/a/b"]),
    )
        .prop_map(|(service, method, path)| grant(&format!("{service} {method} {path}")))
}

proptest! {
    #[test]
    fn covers_is_consistent_with_permits(one in grants(), other in grants()) {
        let services = ["compute", "image", "block-storage"].map(|service| service.parse::<ServiceType>().unwrap());
        let paths = ["/", "/a", "/b", "/c", "/a/b", "/a/c", "/c/b", "/c/c", "/a/b/c", "/c/c/c"];
        let calls = services.iter().flat_map(|service| {
            Method::ALL.into_iter().flat_map(move |method| paths.map(|path| (service, method, RequestPath::parse(path).unwrap())))
        });
        let mut permitted = calls.filter(|(service, method, path)| other.permits(service, *method, path));
        let all = permitted.all(|(service, method, path)| one.permits(service, method, &path));
        prop_assert_eq!(one.covers(&other), all, "{} and {}", one, other);
    }

    #[test]
    fn printed_and_parsed_it_is_the_same(one in grants()) {
        prop_assert_eq!(one.to_string().parse::<Grant>().unwrap(), one);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>()) {
        let _ = text.parse::<Grant>();
    }

    #[test]
    fn nearly_grants_are_parsed_or_refused(text in "(compute|Ü|) {0,2}(GET|GOT) ?/?[a*/.% ]{0,6}") {
        match text.parse::<Grant>() {
            Ok(parsed) => prop_assert_eq!(parsed.to_string().parse::<Grant>().unwrap(), parsed),
            Err(error) => prop_assert!(error.offset() <= text.len()),
        }
    }
}
