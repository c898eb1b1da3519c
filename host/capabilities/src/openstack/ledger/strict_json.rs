//! JSON that means one thing only.
//!
//! Parsers differ in what they make of an object with two members of one name: some take the first, some the last. What
//! is judged here must be what the service sees, so such objects are refused, and what is sent is what was parsed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses an object without members of the same name, however deep.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    match touchstone_json::from_slice(bytes) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(_) => Err("the body is JSON, but no object".to_owned()),
        Err(error) => Err(format!("the body is no JSON that means one thing only: {error}")),
    }
}

/// A value whose objects have no two members of one name.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is too large"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("an object has the member {name:?} twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_parsed_is_what_is_there() {
        let text = r#" {"a": [1, -2, 0.5, "x\n", null, true, {"b": {}}], "ü": 18446744073709551615} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(parse_object(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn members_of_one_name_are_refused_however_they_are_written() {
        for text in [
            r#"{"server": {}, "server": {}}"#,
            r#"{"server": {"name": "a", "n\u0061me": "b"}}"#,
            r#"{"a": [{"b": [{"c": 1, "c": 1}]}]}"#,
        ] {
            assert!(parse_object(text.as_bytes()).unwrap_err().contains("twice"), "{text}");
        }
        parse_object(br#"{"a": {"name": 1}, "b": {"name": 1}, "Name": 1, "name ": 1}"#).unwrap();
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let bad: [&[u8]; 12] = [
            b"",
            b"[]",
            b"1",
            b"null",
            b"{",
            b"{} {}",
            b"{}x",
            b"{'a': 1}",
            b"{\"a\": NaN}",
            b"{\"a\": 1e999}",
            b"\xef\xbb\xbf{}",
            b"{\"\xff\": 1}",
        ];
        for body in bad {
            parse_object(body).unwrap_err();
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        parse_object(deep.as_bytes()).unwrap_err();
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_was_judged(text in "\\{(\"[a-c]\": ?([0-9]{1,3}|\"[a-z]*\"|\\[\\]|\\{\\}),?){0,4}\\}") {
            if let Ok(object) = parse_object(text.as_bytes()) {
                let sent = serde_json::to_vec(&object).unwrap();
                prop_assert_eq!(parse_object(&sent).unwrap(), object);
            }
        }
    }

    #[test]
    fn order_does_not_matter() {
        assert_eq!(Value::Object(parse_object(br#"{"b": 1, "a": 2}"#).unwrap()), json!({"a": 2, "b": 1}));
    }
}
