//! The tests that have to pass.

use std::collections::BTreeSet;

use crate::results::TestId;

/// A test that has to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Required {
    /// Its name: module, class and method.
    pub(crate) name: String,
    /// The id that it keeps when it is renamed, if the list has one.
    pub(crate) uuid: Option<String>,
}

/// Reads the list: one id per line; what begins with `#` is a comment.
///
/// # Errors
/// Something else is in it, a test is in it twice, or it is empty: nothing must be left out silently.
pub(crate) fn parse(list: &[u8]) -> Result<Vec<Required>, String> {
    let list =
        std::str::from_utf8(list).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
    let mut required = Vec::new();
    let mut names = BTreeSet::new();
    for (number, line) in (1..).zip(list.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let id = TestId::parse(line);
        let is_name = id.name.contains('.') && id.name.split('.').all(is_word);
        if !is_name || (line != id.name && id.uuid.is_none()) {
            return Err(format!(
                "line {number} is not the id of a test: `{}`",
                line.chars().take(80).collect::<String>()
            ));
        }
        if !names.insert(id.name) {
            return Err(format!("line {number} has `{}` again", id.name));
        }
        required.push(Required { name: id.name.to_owned(), uuid: id.uuid.map(str::to_owned) });
    }
    if required.is_empty() { Err("it is empty".to_owned()) } else { Ok(required) }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_standard_is_read_whole() {
        let list = include_bytes!("../../../scopes/assets/scs-0128-required-tests.txt");
        let required = parse(list).unwrap();
        assert_eq!(required.len(), 258);
        assert!(required.iter().all(|test| test.name.starts_with("tempest.api.") && test.uuid.is_some()));
        assert_eq!(
            required[0],
            Required {
                name: "tempest.api.compute.flavors.test_flavors.FlavorsV2TestJSON.test_list_flavors".into(),
                uuid: Some("e36c0eaa-dff5-4082-ad1f-3f9a80aa3f59".into()),
            }
        );
    }

    #[test]
    fn what_is_not_a_list_of_tests_is_refused() {
        for (list, error) in [
            (&b""[..], "it is empty"),
            (b"# nothing\n\n", "it is empty"),
            (b"a.b\nc\n", "line 2 is not the id of a test: `c`"),
            (b"a.b c.d", "line 1 is not the id of a test: `a.b c.d`"),
            (b"a..b", "line 1 is not the id of a test: `a..b`"),
            (b"a.b[smoke]", "line 1 is not the id of a test: `a.b[smoke]`"),
            (b"<html>", "line 1 is not the id of a test: `<html>`"),
            (b"a.b[id-1]\n a.b[id-1,smoke]", "line 2 has `a.b` again"),
            (b"a.\xff", "not UTF-8 at byte 2"),
        ] {
            assert_eq!(parse(list), Err(error.to_owned()));
        }
        let lines = b"# x\r\n a.b[id-1,smoke]\r\n\r\nc.d\n";
        let names: Vec<String> = parse(lines).unwrap().into_iter().map(|test| test.name).collect();
        assert_eq!(names, ["a.b", "c.d"]);
    }
}
