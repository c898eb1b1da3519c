//! Values that are written as text: durations, microversions, methods.

use std::fmt;
use std::time::Duration;

use hyper::Method;
use jiff::fmt::friendly::SpanParser;
use serde::de::{Deserializer, Error, Visitor};

/// A duration with its unit: `20ms`, `1.5s`, `2m 30s`, `1h`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    read(deserializer, "a duration with its unit, such as `20ms`, `1.5s` or `1h`", |text| {
        SpanParser::new().parse_unsigned_duration(text).ok()
    })
}

/// A microversion: two numbers with a dot, `2.61`.
pub(super) fn microversion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(u32, u32), D::Error> {
    read(deserializer, "a microversion in quotes, such as `\"2.61\"`", crate::call::parse_microversion)
}

/// One of the methods that HTTP defines for resources.
pub(super) fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Method>, D::Error> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    read(deserializer, "a method in capitals, such as `GET`", |text| {
        known.into_iter().find(|method| method == text)
    })
    .map(Some)
}

fn read<'de, T, D, F>(deserializer: D, expected: &'static str, parse: F) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: FnOnce(&str) -> Option<T>,
{
    struct Reader<F>(&'static str, F);

    impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Reader<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            let expected = self.0;
            (self.1)(text).ok_or_else(|| E::custom(format!("`{text}` is not {expected}")))
        }
    }

    deserializer.deserialize_str(Reader(expected, parse))
}
