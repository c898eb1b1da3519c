use proptest::prelude::*;

use crate::{PathPattern, Problem, RequestPath};

fn pattern(text: &str) -> PathPattern {
    text.parse().unwrap()
}

fn permits(pattern_text: &str, path: &str) -> bool {
    pattern(pattern_text).permits(&RequestPath::parse(path).unwrap())
}

#[test]
fn wildcards_stand_for_segments() {
    assert!(permits("/flavors", "/flavors"));
    assert!(!permits("/flavors", "/flavors/detail"));
    assert!(!permits("/flavors", "/Flavors"));
    assert!(permits("/flavors/*", "/flavors/detail"));
    assert!(!permits("/flavors/*", "/flavors"));
    assert!(!permits("/flavors/*", "/flavors/1/os-extra_specs"));
    assert!(permits("/flavors/*/os-extra_specs", "/flavors/1/os-extra_specs"));
    assert!(permits("/flavors/**", "/flavors/1/os-extra_specs"));
    assert!(!permits("/flavors/**", "/flavors"));
    assert!(!permits("/flavors/**", "/servers/1"));
    assert!(permits("/**", "/flavors"));
    assert!(!permits("/**", "/"));
    assert!(permits("/", "/"));
    assert!(!permits("/", "/flavors"));
}

#[test]
fn literals_have_the_spelling_of_paths() {
    assert!(permits("/%66lavors", "/f%6Cavors"));
    assert_eq!(pattern("/%66lavors/%c3%a9").to_string(), "/flavors/%C3%A9");
}

#[test]
fn what_is_not_a_pattern_is_refused() {
    let problem = |text: &str| {
        let error = text.parse::<PathPattern>().unwrap_err();
        (error.offset(), error.problem().clone())
    };
    assert_eq!(problem("/a/**/b"), (3, Problem::DeepWildcardNotLast));
    assert_eq!(problem("/a/b*"), (3, Problem::PartialWildcard { found: "b*".into() }));
    assert_eq!(problem("/***"), (1, Problem::PartialWildcard { found: "***".into() }));
    assert_eq!(problem("/a/../b"), (3, Problem::DotSegment { found: "..".into() }));
    assert_eq!(problem("a"), (0, Problem::NotRooted));
    assert_eq!(problem("/a/"), (2, Problem::EmptySegment));
}

/// Patterns of up to three segments over a small alphabet.
fn patterns() -> impl Strategy<Value = PathPattern> {
    let segments = prop::collection::vec(prop::sample::select(vec!["a", "b", "*"]), 0..=3);
    (segments, any::<bool>()).prop_map(|(mut segments, deep)| {
        if deep {
            segments.push("**");
        }
        pattern(&format!("/{}", segments.join("/")))
    })
}

/// All paths of up to five segments over that alphabet and one letter that no pattern names.
fn paths() -> Vec<RequestPath> {
    let mut all = vec![RequestPath::parse("/").unwrap()];
    let mut last = vec![String::new()];
    for _ in 0..5 {
        last =
            last.iter().flat_map(|path| ["a", "b", "c"].map(|segment| format!("{path}/{segment}"))).collect();
        all.extend(last.iter().map(|path| RequestPath::parse(path).unwrap()));
    }
    all
}

proptest! {
    #[test]
    fn covers_is_what_permits_says(one in patterns(), other in patterns()) {
        let permits_all = paths().iter().filter(|path| other.permits(path)).all(|path| one.permits(path));
        prop_assert_eq!(one.covers(&other), permits_all, "{} and {}", one, other);
    }

    #[test]
    fn a_pattern_covers_itself(one in patterns()) {
        prop_assert!(one.covers(&one));
    }

    #[test]
    fn printed_and_parsed_it_is_the_same(one in patterns()) {
        prop_assert_eq!(one.to_string().parse::<PathPattern>().unwrap(), one);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "[/a*%2e.]{0,12}") {
        if let Ok(parsed) = text.parse::<PathPattern>() {
            prop_assert_eq!(parsed.to_string().parse::<PathPattern>().unwrap(), parsed);
        }
    }
}
