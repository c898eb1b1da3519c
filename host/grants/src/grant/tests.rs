use proptest::prelude::*;

use crate::{Budget, Grant, Kind, Method, Problem, RequestPath, ServiceType};

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
fn creations_have_a_budget() {
    let volumes = grant("volumev3  POST /volumes  max 2, 4 GiB");
    assert_eq!(volumes.to_string(), "block-storage POST /volumes max 2, 4 GiB");
    let service = "block-storage".parse().unwrap();
    let path = RequestPath::parse("/volumes").unwrap();
    assert_eq!(volumes.budget_for(&service, Method::Post, &path), Some(Budget { count: 2, gib: Some(4) }));
    assert_eq!(volumes.budget_for(&service, Method::Put, &path), None);
    assert!(!volumes.permits(&service, Method::Post, &path), "only through create");
    let covers = |one: &str, other: &str| grant(one).covers(&grant(other));
    assert!(covers("compute POST /servers max 2, 4 GiB", "compute POST /servers max 1, 4 GiB"));
    assert!(covers("compute POST /servers max 2, 4 GiB", "compute POST /servers max 2"));
    assert!(!covers("compute POST /servers max 2", "compute POST /servers max 2, 1 GiB"));
    assert!(!covers("compute POST /servers max 1", "compute POST /servers max 2"));
    assert!(!covers("compute POST /servers max 1", "compute POST /servers/*"));
}

#[test]
fn changes_are_of_own_things() {
    let console = grant("compute POST /servers/*/action#os-getConsoleOutput");
    assert_eq!(console.kind, Kind::Change { action: Some("os-getConsoleOutput".into()) });
    let path = RequestPath::parse("/servers/4711/action").unwrap();
    assert!(console.permits(&"compute".parse().unwrap(), Method::Post, &path));
    assert_eq!(console.path.wildcards(&path), Some(vec!["4711"]));
    assert!(grant("compute POST /servers/*/action").covers(&console));
    assert!(!console.covers(&grant("compute POST /servers/*/action")));
    assert!(!console.covers(&grant("compute POST /servers/*/action#reboot")));
}

#[test]
fn probes_are_not_calls() {
    let probe = grant("object-store PROBE /");
    let (service, path) = ("object-store".parse().unwrap(), RequestPath::parse("/").unwrap());
    assert!(probe.permits_probe(&service, &path) && !probe.permits(&service, Method::Get, &path));
    let read = grant("object-store GET /");
    assert!(read.permits(&service, Method::Get, &path) && !read.permits_probe(&service, &path));
    assert!(!probe.covers(&read) && !read.covers(&probe));
}

#[test]
fn what_is_neither_read_nor_bounded_is_refused() {
    let message = |text: &str| text.parse::<Grant>().unwrap_err().to_string();
    assert!(message("compute POST /servers").contains("says how many"));
    assert!(message("compute DELETE /servers").contains("says how many"));
    assert!(message("compute DELETE /servers/**").contains("says how many"));
    assert!(message("compute DELETE /servers/*/**").contains("segment by segment"));
    assert!(message("compute POST /a/** max 1").contains("segment by segment"));
    assert!(message("compute DELETE /servers/* max 1").starts_with("at byte 26: only POST and PUT create"));
    assert!(message("compute GET /servers max 1").contains("only POST and PUT create"));
    assert!(message("compute GET /servers/*#a").contains("what changes has a body"));
    assert!(message("compute PROBE /#a").contains("what changes has a body"));
    assert!(message("compute POST /servers/*/action#").contains("the only member"));
    assert!(message("compute POST /servers#a max 1").contains("the only member"));
    for budget in
        ["max", "max 0", "max -1", "max 10000", "max 01", "max 1,", "max 1, 2", "max 1, 2 GB", "max 1,2 GiB"]
    {
        assert!(
            message(&format!("compute POST /servers {budget}")).contains("a budget is written"),
            "{budget}"
        );
    }
    assert!(message("compute POST /servers max 1, 2 GiB more").contains("one too many"));
    assert!(message("compute POST /servers min 1").contains("one too many"));
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
        prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROBE"]),
        prop::sample::select(vec!["/", "/a", "/*", "/**", "/a/*", "/a/**", "/*/b", "/a/b", "/*#x", "/a/*#y"]),
        prop::sample::select(vec!["", "max 1", "max 2", "max 2, 3 GiB"]),
    )
        .prop_filter_map("is a grant", |(service, method, path, budget)| {
            format!("{service} {method} {path} {budget}").parse().ok()
        })
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
        let permits_calls = |grant: &Grant| matches!(grant.kind, Kind::Read | Kind::Change { action: None });
        if permits_calls(&one) && permits_calls(&other) {
            prop_assert_eq!(one.covers(&other), all, "{} and {}", one, other);
        }
        prop_assert!(one.covers(&one));
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
