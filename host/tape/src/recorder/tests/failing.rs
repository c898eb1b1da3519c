use sha2::{Digest as _, Sha256};

use super::*;

/// Records far more than fits anywhere, as a run does that does not know better.
fn record_much(recorder: &Recorder) -> Track {
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    for number in 0..200_u32 {
        let noise =
            (0..300).flat_map(|i| <[u8; 32]>::from(Sha256::digest((number * 1000 + i).to_le_bytes())));
        track.call(read_of("/images"), None, None, noise.collect::<Vec<u8>>().into(), Instant::now());
    }
    track
}

#[test]
fn without_a_folder_there_is_no_tape_and_it_is_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("a.tape");
    let recorder = Recorder::start(file.clone());
    let track = record_much(&recorder);
    track.end(How::ByItself, 0, BTreeMap::new(), Value::Null);
    let error = end(recorder).unwrap_err();
    assert!(error.starts_with(&*partial(&file).to_string_lossy()), "{error}");
    assert!(error.contains("No such file or directory"), "{error}");
}

#[test]
fn what_is_in_the_way_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    std::fs::create_dir(partial(&file)).unwrap();
    let recorder = Recorder::start(file.clone());
    let _track = record_much(&recorder);
    assert!(end(recorder).unwrap_err().contains("a.tape.partial"));

    let file = folder.path().join("b.tape");
    std::fs::create_dir(&file).unwrap();
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let error = end(recorder).unwrap_err();
    assert!(error.contains("directory"), "{error}");
    assert_eq!(Tape::open(&partial(&file)).unwrap().damage, None, "the tape is there, under the other name");
}

/// A check that does not let go must not keep the run from ending.
#[test]
fn the_end_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.tape", "missing/a.tape"] {
        let recorder = Recorder::start(folder.path().join(name));
        let track = record_much(&recorder);
        let copy = track.clone();
        assert_eq!(end(recorder).is_ok(), name == "a.tape");
        call(&track, "/late", "late");
        copy.end(How::Stopped, 0, BTreeMap::new(), Value::Null);
    }
    assert_eq!(Tape::open(&folder.path().join("a.tape")).unwrap().units[0].calls.len(), 200);
}

#[test]
fn what_no_reader_would_take_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    track.call(read_of("/"), None, None, vec![0; (64 << 20) + 1].into(), Instant::now());
    let error = end(recorder).unwrap_err();
    assert!(error.contains("a body has 67108865 bytes; at most 67108864 can be kept"), "{error}");
    assert!(!file.exists());

    let recorder = Recorder::start(file.clone());
    let header = Header { report: "x".repeat(8 << 20).into(), ..samples::header() };
    recorder.header(header, Vec::new(), Vec::new());
    assert!(end(recorder).unwrap_err().contains("at most 8388608 can be kept"));

    // Forty mebibytes of next to nothing.
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    for number in 0..5_u8 {
        track.call(read_of("/"), None, None, vec![number; 8 << 20].into(), Instant::now());
    }
    let error = end(recorder).unwrap_err();
    assert!(error.contains("bytes of memory; they may take 33554432"), "{error}");
    assert!(!file.exists());
    let tape = Tape::open(&partial(&file)).unwrap();
    assert_eq!((tape.bodies(), tape.damage.unwrap().changed), (3, false), "what came before can be read");
}

/// A disk with so much room.
struct Disk {
    content: Vec<u8>,
    room: usize,
}

impl io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(self.room - self.content.len());
        self.content.extend_from_slice(&bytes[..fits]);
        if fits == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(fits) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_to(disk: &mut Disk) -> io::Result<u64> {
    let mut writer = Writer::new(disk)?;
    writer.header(&samples::header())?;
    for number in 0..10 {
        writer.unit(&samples::unit(number))?;
        let body = writer.body(number.to_string().as_bytes())?;
        writer.call(&samples::call(number, samples::read_of("/", Some(body))))?;
        writer.flush()?;
    }
    Ok(writer.end(Some(&samples::end()))?.2)
}

#[test]
fn a_disk_that_is_full_at_any_byte_is_told() {
    let mut large = Disk { content: Vec::new(), room: usize::MAX };
    let length = usize::try_from(write_to(&mut large).unwrap()).unwrap();
    assert_eq!(large.content.len(), length);
    for room in 0..length {
        let mut disk = Disk { content: Vec::new(), room };
        let error = write_to(&mut disk).unwrap_err();
        assert_eq!((error.kind(), disk.content.len()), (io::ErrorKind::StorageFull, room));
        match Tape::read(&disk.content[..]) {
            Ok(tape) => assert!(tape.damage.is_some_and(|damage| !damage.changed)),
            Err(error) => assert!(room < 500, "{room}: {error}"),
        }
    }
}

/// Not a test: records to a disk that has room for 40 kB, in a process of its own (`RLIMIT_FSIZE`).
#[test]
fn records_to_a_small_disk() {
    let Some(file) = std::env::var_os("TOUCHSTONE_SMALL_DISK") else { return };
    let recorder = Recorder::start(file.into());
    let track = record_much(&recorder);
    // Meanwhile it fails; nobody is told, and nobody waits.
    std::thread::sleep(Duration::from_millis(200));
    call(&track, "/late", "late");
    let error = end(recorder).unwrap_err();
    assert!(error.contains(".partial: File too large"), "{error}");
}

#[test]
fn a_disk_that_gets_full_is_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    // Whoever gets the signal dies; whoever ignores it gets an error. Units are of 1 KiB.
    let script =
        r#"trap '' XFSZ; ulimit -f 40; exec "$0" --exact recorder::tests::failing::records_to_a_small_disk"#;
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script]).arg(std::env::current_exe().unwrap()).env("TOUCHSTONE_SMALL_DISK", &file);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(!file.exists());
    assert_eq!(std::fs::metadata(partial(&file)).unwrap().len(), 40 << 10);
}
