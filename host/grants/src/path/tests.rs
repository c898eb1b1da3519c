use proptest::prelude::*;

use crate::{Problem, RequestPath};

/// The byte offset at which parsing fails.
fn refused(text: &str) -> usize {
    match RequestPath::parse(text) {
        Ok(path) => panic!("{text:?} was parsed into {path}"),
        Err(error) => error.offset(),
    }
}

fn normal(text: &str) -> String {
    RequestPath::parse(text).unwrap().to_string()
}

#[test]
fn plain_paths_stay_as_they_are() {
    for path in
        ["/", "/flavors", "/flavors/detail", "/v2.0/networks", "/a/...", "/x:y", "/os-keypairs/k+p,1=2"]
    {
        assert_eq!(normal(path), path);
    }
}

#[test]
fn one_path_has_one_spelling() {
    assert_eq!(normal("/%61uth/%74okens"), "/auth/tokens");
    assert_eq!(normal("/%7euser/%2d"), "/~user/-");
    assert_eq!(normal("/a%20b/%c3%a9"), "/a%20b/%C3%A9");
    assert_eq!(normal("/%40%2a%3b"), "/%40%2A%3B");
}

#[test]
fn what_is_not_below_the_endpoint_is_refused() {
    for (text, offset) in [
        ("", 0),
        ("flavors", 0),
        ("http://evil.example/x", 0),
        ("@evil.example/x", 0),
        ("//evil.example/x", 0),
        ("/a//b", 2),
        ("/flavors/", 8),
        ("/.", 1),
        ("/..", 1),
        ("/flavors/../servers", 9),
        ("/flavors/./detail", 9),
        ("/user@evil.example", 5),
        ("/flavors;x=y", 8),
    ] {
        assert_eq!(refused(text), offset, "{text:?}");
    }
}

#[test]
fn tricks_of_encoding_are_refused() {
    for text in [
        "/%2e%2e/x",
        "/%2E/x",
        "/.%2e",
        "/a%2eb",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00",
        "/a%0d%0aX:y",
        "/a%7f",
        "/%252e%252e",
        "/%25",
        "/%",
        "/%2",
        "/%zz",
        "/%+1",
        "/%c0%ae%c0%ae",
        "/%c0%af",
        "/%ff",
        "/%c2%85",
        "/%é",
        "/a\u{0}",
        "/a\r\nb",
        "/a\tb",
        "/a b",
        "/é",
        "/a?b",
        "/a#b",
        "/a\u{ff0e}",
        "/a|b",
        "/a\"b",
        "/<>",
        "/[::1]",
        "/*",
        "/a\u{202e}",
    ] {
        refused(text);
    }
}

#[test]
fn messages_say_what_to_write_instead() {
    let message = |text: &str| RequestPath::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("/a b"),
        "at byte 2: ' ' cannot be in a path as it is; write it percent-encoded, as %20"
    );
    assert_eq!(message("/x/é").rsplit(' ').next(), Some("%C3%A9"));
    assert!(message("/x?limit=1").contains("write the query apart from the path"));
    assert!(message("https://nova/flavors").contains("no URLs"));
}

#[test]
fn at_most_2048_bytes() {
    let longest = format!("/{}", "a".repeat(2047));
    assert!(RequestPath::parse(&longest).is_ok());
    let error = RequestPath::parse(&format!("{longest}a")).unwrap_err();
    assert_eq!(error.problem(), &Problem::PathTooLong { max: 2048 });
}

/// Texts that are nearly paths.
fn nearly_paths() -> impl Strategy<Value = String> {
    let pieces = [
        "/", "/", "/", "a", "b1", ".", "..", "%2e", "%2F", "%41", "%c3", "%a9", "%25", "%", "5c", "é", "?",
        "@", "*", ";", "%0a", "~", ":", "\\", "\r", "%20",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat())
}

/// What a server sees that decodes whatever it can.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        if first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&behind[..2]).unwrap(), 16).unwrap());
            rest = &behind[2..];
        } else {
            bytes.push(first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn check_parsed(text: &str) -> Result<(), TestCaseError> {
    let Ok(path) = RequestPath::parse(text) else { return Ok(()) };
    prop_assert!(path.as_str().is_ascii());
    let decoded = decoded(path.as_str());
    let seen: Vec<_> = decoded[1..].split('/').collect();
    if path.as_str() != "/" {
        prop_assert_eq!(path.segments().count(), seen.len());
        prop_assert!(seen.iter().all(|segment| !matches!(*segment, "" | "." | "..")));
    }
    prop_assert!(
        !decoded.contains(['\\', '%', '?', '#'])
            || path.as_str().contains("%3F")
            || path.as_str().contains("%23")
    );
    prop_assert!(!decoded.chars().any(char::is_control));
    let again = RequestPath::parse(path.as_str()).unwrap();
    prop_assert_eq!(again.as_str(), path.as_str());
    let url = format!("http://nova.example:8774{path}");
    prop_assert!(!url.contains("/../") && !url.ends_with("/.."));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>()) {
        check_parsed(&text)?;
    }

    #[test]
    fn nearly_paths_are_parsed_or_refused(text in nearly_paths()) {
        check_parsed(&text)?;
    }

    #[test]
    fn offsets_are_inside_the_text(text in nearly_paths()) {
        if let Err(error) = RequestPath::parse(&text) {
            prop_assert!(error.offset() <= text.len());
            prop_assert!(text.is_char_boundary(error.offset()));
        }
    }

    #[test]
    fn paths_of_plain_segments_are_parsed(segments in prop::collection::vec("[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,8}", 1..6)) {
        let text = format!("/{}", segments.join("/"));
        prop_assert_eq!(RequestPath::parse(&text).unwrap().to_string(), text);
    }
}
