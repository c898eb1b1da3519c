use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{from_slice, from_str};

/// One level, which would not hurt. `e2e clouds::…` and `e2e tapes::verify::…` have some that would.
#[test]
fn a_name_is_refused_however_it_is_written() {
    let once = r#"{"$serde_json::private::RawValue":"[1]"}"#;
    assert!(serde_json::from_str::<Value>(once).unwrap().is_array(), "the feature is on");
    for text in [
        once,
        r#"{"\u0024serde_json::private::RawValue":"1"}"#,
        r#"{"$serde_json\u003A:private::RawValue":"1"}"#,
        r#"{"$\u0073erde_json::private::RawValue" : "1"}"#,
        r#"{"a\"":"\\","$serde_json::private::RawValue":"1"}"#,
        "{\"a\":{\"$serde_json::private::Number\"\r\n\t :\"1\"}}",
        r#"[[{"b":1,"$serde_json::private::RawValue":"1"}]]"#,
    ] {
        let error = from_str::<Value>(text).unwrap_err().to_string();
        assert!(error.starts_with("no name may begin with"), "{text}: {error}");
    }
    let error = from_str::<Value>("{\"a\": 1,\n  \"$serde_json::private::Number\": 1}").unwrap_err();
    assert_eq!(error.to_string(), "no name may begin with $serde_json::private:: at line 2 column 3");
}

#[test]
fn everything_else_is_parsed_as_ever() {
    let text = r#" {"a":[1,"\u00fc",null,{"b":{}}], "$serde_json":1, "v":"$serde_json::private::RawValue",
        "\"$serde_json::private::":"\"$serde_json::private::RawValue\":1", "$serde_json::private":2} "#;
    let expected = json!({
        "a": [1, "ü", null, {"b": {}}], "$serde_json": 1, "v": "$serde_json::private::RawValue",
        "\"$serde_json::private::": "\"$serde_json::private::RawValue\":1", "$serde_json::private": 2,
    });
    assert_eq!(from_str::<Value>(text).unwrap(), expected);
    assert_eq!(from_slice::<Value>(text.as_bytes()).unwrap(), expected);
    let ignored = r#"{"ignored":"\ud800","a":1}"#;
    assert_eq!(from_str::<One>(ignored).unwrap().a, 1, "what is not asked for may be senseless");
}

#[derive(serde::Deserialize)]
struct One {
    a: u64,
}

proptest! {
    #[test]
    fn no_way_to_write_such_a_name_is_missed(escaped in any::<u64>(), upper: bool, before in "[ -~]{0,8}", space in "[ \t\r\n]{0,3}") {
        let name = "$serde_json::private::RawValue".chars().enumerate().map(|(i, c)| match (escaped >> i & 1, upper) {
            (0, _) => c.to_string(),
            (_, true) => format!("\\u{:04X}", u32::from(c)),
            (_, false) => format!("\\u{:04x}", u32::from(c)),
        });
        let text = format!("{{{}: 1, \"b\": [{{\"{}\"{space}:\"1\"}}]}}", json!(before), name.collect::<String>());
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap()["b"], &json!([1]));
        prop_assert!(from_str::<Value>(&text).is_err(), "{}", text);
    }

    /// Pieces of JSON in any order, most of which is none.
    #[test]
    fn what_is_no_json_is_no_trap(pieces in proptest::collection::vec(prop_oneof![
        Just("$serde_json::private::"), Just("\""), Just("\\"), Just("\\u"), Just("\\u0024"), Just(":"), Just("{"),
        Just("}"), Just("1"), Just("ü"), Just("\n"),
    ], 0..24)) {
        let text = pieces.concat();
        match (from_str::<Value>(&text), serde_json::from_str::<Value>(&text)) {
            (Ok(ours), theirs) => prop_assert_eq!(ours, theirs.unwrap()),
            (Err(ours), Ok(_)) => prop_assert!(ours.to_string().starts_with("no name may begin with")),
            (Err(ours), Err(theirs)) => {
                let ours = ours.to_string();
                prop_assert!(ours.starts_with("no name may begin with") || ours == theirs.to_string());
            }
        }
    }
}
