//! Identifiers that follow from the report: the same report gives the same ones.

use uuid::Uuid;

/// The namespace of all our identifiers (a random UUID): RFC 9562, section 5.5.
const NAMESPACE: Uuid = Uuid::from_u128(0x8c3f_1d6e_52a7_4b0c_9e41_7d05_b6f2_a913);

/// A UUID (version 5) of `what` and its parts. Parts are told apart by their lengths: `("a", "bc")` is not `("ab", "c")`.
pub(crate) fn uuid(what: &str, parts: &[&str]) -> Uuid {
    let mut name = what.to_owned();
    for part in parts {
        name.push_str(&format!("\0{}\0{part}", part.len()));
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_depend_on_everything_and_on_nothing_else() {
        assert_eq!(uuid("run", &["a", "b"]), uuid("run", &["a", "b"]));
        assert_ne!(uuid("run", &["a", "bc"]), uuid("run", &["ab", "c"]));
        assert_ne!(uuid("run", &["a\0\u{1}\0b"]), uuid("run", &["a", "b"]));
        assert_ne!(uuid("run", &["a"]), uuid("night", &["a"]));
        assert_eq!(uuid("run", &[]).get_version_num(), 5);
    }
}
