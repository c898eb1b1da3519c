//! Whatever somebody forges: it is refused, or read as damaged, within 1 s and 64 MB. Each tape is read by a process of its
//! own, whose memory is measured as the system sees it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

mod forge;
mod order;
mod sizes;

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
    eprintln!("CAME {} {resident} {mapped} {said}", time.as_micros());
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
    eprintln!("{name} ({kilobytes} kB): {figures}: {said}");
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
    let content = [
        unit(0),
        record(BODY, "x"),
        call(0, 0, 0),
        create(0, 0, 0),
        probe(0),
        pause(0),
        unit_end(0, "{}"),
        end(),
    ]
    .concat();
    expect("a tape", behind_header(&content), "whole");
    let first =
        [FRAME.to_vec(), raw_block(&[header(), record(BODY, "x"), head(BODY, 1 << 20)].concat())].concat();
    let first_length = first.len() - FRAME.len() - 3;
    let forge = Forge::new().chunk(&first, first_length).chunk(&zeros(), MIB);
    let last = [unit(0), call(0, 1, 0), end()].concat();
    expect("a tape of blocks made by hand", forge.chunk(&raw_block(&last), last.len()), "whole");
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
