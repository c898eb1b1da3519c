//! What is small on disk and would be large in memory, or take long.

use super::*;

#[test]
fn bombs() {
    let mut forge = Forge::new();
    let first = [header(), head(BODY, 64 << 20)].concat();
    forge = forge.chunk(&[&FRAME[..], &raw_block(&first)].concat(), first.len());
    // 44 bytes for each mebibyte: four megabytes for a hundred gigabytes.
    for megabyte in 1..100_000 {
        forge = forge.chunk(&zeros(), MIB);
        if megabyte % 64 == 0 {
            let next = head(BODY, 64 << 20);
            forge = forge.chunk(&raw_block(&next), next.len());
        }
    }
    expect("a bomb", forge, "bytes of the tape would take 33");

    let body = vec![0; 24 << 20];
    let bodies: Vec<Vec<u8>> = (0..2).map(|_| record(BODY, &body)).collect();
    expect("two large bodies", behind_header(&bodies.concat()), "of memory");
    let forge = behind_header(&[record(BODY, vec![0; 31 << 20]), head(0, 0)].concat());
    expect("a large body, and nonsense", forge, "no record of kind 0");
}

#[test]
fn small_things_in_millions() {
    let many = |record: &[u8]| record.repeat((24 << 20) / record.len());
    expect("empty bodies", behind_header(&many(&record(BODY, ""))), "of memory");
    expect("bodies of a byte", behind_header(&many(&record(BODY, "x"))), "of memory");
    expect("pauses", behind_header(&[unit(0), many(&pause(0))].concat()), "of memory");
    let bodies = [unit(0), record(BODY, "")].concat();
    expect("calls", behind_header(&[bodies, many(&call(0, 0, 0))].concat()), "of memory");
    let units: Vec<u8> = (0..100_000).flat_map(unit).collect();
    expect("units", behind_header(&units), "of memory");
    let headers = r#"["",""],"#.repeat(900_000);
    let request = format!(r#"{{"service":"","method":"","path":"","query":[{}["",""]]}}"#, headers);
    let did = format!(r#"{{"unit":0,"at_ms":0,"ms":0,"did":{{"call":{{"request":{request},"result":0}}}}}}"#);
    expect("a call with many headers", behind_header(&[unit(0), record(CALL, did)].concat()), "of memory");

    let mut forge = behind_header(&head(BODY, 64 << 20));
    for _ in 0..1_100_000 {
        forge = forge.chunk(&raw_block(b"x"), 1);
    }
    expect("chunks of a byte", forge, "of memory");
    // As many blocks as a chunk may have, each of nothing.
    let nothing = raw_block(b"").repeat(20);
    let mut forge = behind_header(&head(BODY, 64 << 20));
    for _ in 0..1_100_000 {
        forge = forge.chunk(&[&nothing[..], &raw_block(b"x")].concat(), 1);
    }
    expect("blocks of nothing", forge, "of memory");
    let nothing = raw_block(b"").repeat(100);
    expect("more of them", behind_header(&[]).chunk(&nothing, 1), "is damaged at byte 123");
}

#[test]
fn json_that_grows() {
    let list = |item: &str, bytes: usize| {
        let items = vec![item; bytes / (item.len() + 1)].join(",");
        format!("[{items}]")
    };
    for item in
        [r#"{"":0}"#, "0", "[]", r#""""#, r#""a""#, r#"{"a":[{}],"b":[0]}"#, "[[[[[[[[0]]]]]]]]", "[0]"]
    {
        for bytes in [1 << 20, 8_000_000] {
            let report = list(item, bytes);
            let in_header = Forge::new().content([header_with(&report), head(0, 0)].concat());
            let name = format!("a header with a list of {item}");
            let said = came(&name, &in_header);
            assert!(said.contains("of memory") || said.contains("no record of kind 0"), "{name}: {said}");
        }
    }
    let report = list(r#"{"":0}"#, 8_000_000);
    expect("an end of a unit", behind_header(&[unit(0), unit_end(0, &report)].concat()), "of memory");
    let members: Vec<String> = (0..300_000).map(|number| format!(r#""{number}":0"#)).collect();
    let report = format!("{{{}}}", members.join(","));
    expect("many members", behind_header(&record(END, format!(r#"{{"report":{report}}}"#))), "of memory");

    let deep = format!("{}0{}", "[".repeat(100_000), "]".repeat(100_000));
    expect("a deep report", Forge::new().content(header_with(&deep)), "recursion limit exceeded");
    let deep = "[".repeat(7_000_000);
    expect("a deeper report", Forge::new().content(header_with(&deep)), "of memory");
    let deep = format!("{}0{}", r#"{"a":"#.repeat(1_000_000), "}".repeat(1_000_000));
    expect("deep objects", behind_header(&record(END, format!(r#"{{"report":{deep}}}"#))), "of memory");
    let unknown = format!(r#"{{"report":0,"unknown":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    expect("deep and unknown", behind_header(&record(END, unknown)), "whole");
}
