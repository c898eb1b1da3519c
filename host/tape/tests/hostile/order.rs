//! Records in an order, or with a content, that no recorder writes.

use super::*;

#[test]
fn order() {
    let body = || record(BODY, "{}");
    let cases: Vec<(&str, Vec<Vec<u8>>, &str)> = vec![
        ("no header", vec![unit(0)], "before the header"),
        ("end before header", vec![end(), header()], "before the header"),
        ("two headers", vec![header(), header()], "two headers"),
        ("a call before its unit", vec![header(), pause(0)], "unit 0 is spoken of, and has not begun"),
        ("a call of a later unit", vec![header(), unit(0), pause(1)], "unit 1 is spoken of"),
        ("a call of no unit", vec![header(), unit(0), pause(u32::MAX)], "unit 4294967295 is spoken of"),
        ("unit 1 before unit 0", vec![header(), unit(1)], "unit 1 comes where unit 0 is due"),
        ("unit 0 twice", vec![header(), unit(0), unit(0)], "unit 0 comes where unit 1 is due"),
        ("the last unit first", vec![header(), unit(u32::MAX)], "comes where unit 0 is due"),
        ("an end before its unit", vec![header(), unit_end(0, "0")], "unit 0 is spoken of"),
        ("two ends", vec![header(), unit(0), unit_end(0, "0"), unit_end(0, "0")], "or has ended"),
        ("a call after the end", vec![header(), unit(0), unit_end(0, "0"), pause(0)], "or has ended"),
        (
            "a body before it came",
            vec![header(), unit(0), call(0, 0, 0), body()],
            "body 0 is spoken of, and only 0",
        ),
        (
            "an answer of itself",
            vec![header(), unit(0), body(), call(0, 0, 1), body()],
            "body 1 is spoken of",
        ),
        ("a body far off", vec![header(), unit(0), body(), call(0, u32::MAX, 0)], "body 4294967295"),
        ("creating with one", vec![header(), unit(0), body(), create(1, 0, 0)], "body 1 is spoken of"),
        ("undoing with one", vec![header(), unit(0), body(), create(0, 1, 0)], "body 1 is spoken of"),
        ("created with one", vec![header(), unit(0), body(), create(0, 0, 1)], "body 1 is spoken of"),
        ("probed with one", vec![header(), unit(0), body(), probe(1)], "body 1 is spoken of"),
        ("something after the end", vec![header(), end(), body()], "after the last record"),
        ("a byte after the end", vec![header(), end(), vec![BODY]], "after the last record"),
        ("two ends of the tape", vec![header(), end(), end()], "after the last record"),
        ("an unknown record", vec![header(), record(7, "")], "no record of kind 7"),
        ("no record", vec![record(0, "")], "no record of kind 0"),
        (
            "another format",
            vec![record(HEADER, r#"{"format":"touchstone.tape/v2"}"#)],
            "this touchstone reads",
        ),
        (
            "no format",
            vec![record(HEADER, "{}")],
            "a header is not what it should be: missing field `format`",
        ),
        ("half a header", vec![record(HEADER, r#"{"format":"touchstone.tape/v1"}"#)], "missing field"),
        ("JSON and more", vec![header(), record(END, r#"{"report":0} 1"#)], "trailing characters"),
        ("no JSON", vec![header(), record(END, "")], "an end is not what it should be"),
        (
            "a negative number",
            vec![header(), record(CALL, r#"{"unit":-1}"#)],
            "a call is not what it should be",
        ),
    ];
    let error = |forge: &Forge| Tape::read(&forge.file[..]).unwrap_err().to_string();
    for (name, records, message) in cases {
        expect(name, Forge::new().content(records.concat()), message);
        let in_chunks = records.iter().fold(Forge::new(), |forge, record| forge.content(record));
        assert!(error(&in_chunks).contains(message), "{name}, in chunks");
        let in_bytes = records.concat().iter().fold(Forge::new(), |forge, byte| forge.content([*byte]));
        assert!(error(&in_bytes).contains(message), "{name}, byte by byte");
    }
    let names = r#"{"format":"touchstone.tape/v1","reference_time":0,"prefix":"","catalog":[],"report":0,"#;
    for named in [r#""evidence":{"e":{"file":"","body":0}}}"#, r#""attestations":[{"body":0}]}"#] {
        let header = record(HEADER, format!("{names}{named}"));
        expect(
            "a header that names a body",
            Forge::new().content(&header),
            "body 0 is spoken of, and only 0",
        );
        expect("one that came", Forge::new().content([body(), header, end()].concat()), "whole");
    }
}

#[test]
fn messages_are_short_and_plain() {
    let long = format!(r#"{{"unit":0,"how":"\u001b[31m{}"}}"#, "x".repeat(8_000_000));
    let forge = behind_header(&[unit(0), record(UNIT_END, long)].concat());
    let said = came("a long word", &forge);
    assert!(said.contains("an end of a unit is not what it should be: unknown variant"), "{said}");
    assert!(said.len() < 400 && !said.contains('\u{1b}'), "{said}");
}
