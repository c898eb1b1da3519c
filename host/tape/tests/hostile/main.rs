//! Whatever somebody forges: it is refused, or read as damaged, within 1 s and 64 MB. Each tape is read by a process of its
//! own, whose memory is measured as the system sees it.
#![cfg(target_os = "linux")]

mod forge;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use touchstone_tape::Tape;

use forge::*;

/// Of the processor: others may be at work as well. What was not optimised may take longer.
const MOST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });
const MOST_KB: u64 = 64_000;
/// Tells the process which tape to read.
const TAPE: &str = "TOUCHSTONE_HOSTILE_TAPE";

/// What reading a tape came to.
#[derive(Debug)]
struct Came {
    said: String,
    time: Duration,
    /// Growth of the memory that is in use at the peak, and of that which was asked for.
    resident_kb: u64,
    virtual_kb: u64,
}

/// Not a test: reads one tape, in a process of its own.
#[test]
fn reads_one_tape() {
    let Some(path) = std::env::var_os(TAPE) else { return };
    let before = memory();
    let started = processor();
    let read = Tape::open(Path::new(&path));
    let time = processor() - started;
    let after = memory();
    let said = match &read {
        Ok(tape) => tape.damage.as_ref().map_or_else(|| "whole".to_owned(), ToString::to_string),
        Err(error) => error.to_string(),
    };
    let resident = after["VmHWM"] - before["VmRSS"];
    let mapped = after["VmPeak"] - before["VmSize"];
    writeln!(std::io::stderr(), "CAME {} {resident} {mapped} {said}", time.as_micros()).unwrap();
}

/// How long this thread had the processor.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

fn memory() -> HashMap<String, u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let number = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().strip_suffix(" kB")?.parse().ok()?))
    };
    status.lines().filter_map(number).collect()
}

fn read(path: &Path) -> Came {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "reads_one_tape", "--nocapture", "--test-threads", "1"]).env(TAPE, path);
    // Every further arena takes 64 MiB of addresses, whatever it is used for.
    command.env("MALLOC_ARENA_MAX", "1");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let line = text.lines().find_map(|line| Some(line.split_once("CAME ")?.1));
    let mut words = line.unwrap_or_else(|| panic!("{} {text}", output.status)).splitn(4, ' ');
    let mut number = || words.next().unwrap().parse().unwrap();
    let (time, resident_kb, virtual_kb) = (Duration::from_micros(number()), number(), number());
    Came { said: words.next().unwrap().to_owned(), time, resident_kb, virtual_kb }
}

/// Reads a tape, and holds it to time and memory.
fn came_of(name: &str, path: &Path) -> String {
    let came = read(path);
    let Came { said, time, resident_kb, virtual_kb } = &came;
    let kilobytes = path.metadata().unwrap().len() / 1000;
    let figures = format!("{time:.1?}, {resident_kb} kB resident, {virtual_kb} kB mapped");
    // Shown by `--nocapture`.
    writeln!(std::io::stderr(), "{name} ({kilobytes} kB): {figures}: {said}").unwrap();
    assert!(
        *time < MOST_TIME && *resident_kb < MOST_KB && *virtual_kb < MOST_KB,
        "{name}: {figures}: {said}"
    );
    said.clone()
}

fn came(name: &str, forge: &Forge) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&forge.file).unwrap();
    came_of(name, file.path())
}

fn expect(name: &str, forge: Forge, message: &str) {
    let said = came(name, &forge);
    assert!(said.contains(message), "{name}: {said}");
}

/// A tape with this content after its header.
fn behind_header(content: &[u8]) -> Forge {
    Forge::new().content([&header(), content].concat())
}

#[test]
fn the_forge_makes_tapes() {
    let content = [unit(0), record(BODY, "x"), call(0, 0, 0), pause(0), unit_end(0, "{}"), end()].concat();
    expect("a tape", behind_header(&content), "whole");
    let first =
        [FRAME.to_vec(), raw_block(&[header(), record(BODY, "x"), head(BODY, 1 << 20)].concat())].concat();
    let first_length = first.len() - FRAME.len() - 3;
    let forge = Forge::new().chunk(&first, first_length).chunk(&zeros(), MIB);
    let last = [unit(0), call(0, 1, 0), end()].concat();
    expect("a tape of blocks made by hand", forge.chunk(&raw_block(&last), last.len()), "whole");
}

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
    for _ in 0..(32 << 20) / 16 {
        forge = forge.chunk(&raw_block(b"x"), 1);
    }
    expect("chunks of a byte", forge, "of memory");
    // As many blocks as a chunk may have, each of nothing.
    let nothing = raw_block(b"").repeat(20);
    let mut forge = behind_header(&head(BODY, 64 << 20));
    for _ in 0..(256 << 20) / 80 {
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

#[test]
fn claims() {
    let most = u32::MAX;
    expect(
        "a body of 4 GiB",
        behind_header(&head(BODY, most)),
        "a record claims 4294967295 bytes; it may have 67108864",
    );
    expect(
        "a body of 64 MiB and a byte",
        behind_header(&head(BODY, (64 << 20) + 1)),
        "claims 67108865 bytes",
    );
    expect("a body of 64 MiB that does not come", behind_header(&head(BODY, 64 << 20)), "was cut off");
    for kind in [HEADER, UNIT, CALL, UNIT_END, END] {
        let claim = behind_header(&head(kind, (8 << 20) + 1));
        expect("a record of 8 MiB and a byte", claim, "a record claims 8388609 bytes; it may have 8388608");
        expect("one that does not come", behind_header(&head(kind, 8 << 20)), "was cut off");
    }
    for lengths in [
        [most, 1],
        [1, most],
        [most, most],
        [66, 1],
        [(1 << 20) + (16 << 10) + 65, 1 << 20],
        [1, (1 << 20) + 1],
        [1, 0],
    ] {
        let mut forge = behind_header(&[]);
        for length in lengths {
            forge.file.extend_from_slice(&length.to_le_bytes());
        }
        forge.file.extend_from_slice(&[0; 1000]);
        expect("a chunk of a length that none has", forge, "is damaged at byte");
    }
    for [said, is] in [[1, 0], [1, 2], [100, 99], [100, 101], [MIB, 1], [1, MIB]] {
        let mut forge = behind_header(&[]);
        let stored = forge.compress(&vec![b'x'; is]);
        expect(
            "a chunk of another length",
            forge.chunk(&stored, said),
            "does not have the length that it says",
        );
    }
    let mut forge = Forge::new();
    let rest = [forge.compress(&header()), vec![0x55; 60]].concat();
    expect("garbage behind", forge.chunk(&rest, header().len()), "it is no tape that a recorder wrote");
    expect("nothing but garbage", Forge::new().chunk(&[0x55; 900], 900), "cannot be expanded");

    let wide = Forge::with_window(27).content(header());
    expect("a window of 128 MiB", wide, "cannot be expanded");
    expect("a window of 8 MiB", Forge::with_window(23).content([header(), end()].concat()), "whole");
    let single =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xe0][..], &(10_u64 << 30).to_le_bytes(), &raw_block(&header())].concat();
    expect("a frame of 10 GiB at once", Forge::new().chunk(&single, header().len()), "cannot be expanded");
}

#[test]
fn a_file_of_ten_gigabytes() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (bytes, message) in [
        (10 << 30, "it has 10737418240 bytes or more; at most 268435456 are read"),
        ((256 << 20) + 1, "at most 268435456 are read"),
        (256 << 20, "is damaged at byte"),
    ] {
        let mut forge = behind_header(&end());
        forge = forge.content([]);
        std::fs::write(file.path(), &forge.file).unwrap();
        File::options().write(true).open(file.path()).unwrap().set_len(bytes).unwrap();
        let said = came_of("a sparse file", file.path());
        assert!(said.contains(message), "{said}");
    }
}

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
