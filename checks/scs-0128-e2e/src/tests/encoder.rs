//! Writes subunit and JUnit XML, by other means than the readers: for tests.

use proptest::prelude::*;

/// An event of a subunit stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Event {
    pub(super) id: Option<String>,
    pub(super) status: u16,
    pub(super) timestamp: Option<(u32, u32)>,
    pub(super) tags: Vec<String>,
    pub(super) mime: Option<String>,
    pub(super) file: Option<(String, Vec<u8>)>,
    pub(super) route: Option<String>,
    pub(super) runnable: bool,
    pub(super) eof: bool,
}

pub(super) fn event(id: &str, status: u16) -> Event {
    Event { id: Some(id.into()), status, ..Event::default() }
}

/// Began, and ended so.
pub(super) fn run(id: &str, status: u16) -> Vec<u8> {
    [packet(&event(id, 2)), packet(&event(id, status))].concat()
}

pub(super) fn packet(event: &Event) -> Vec<u8> {
    let mut flags = 0x2000 | event.status;
    let mut fields = Vec::new();
    let mut flag = |bit: u16, is_set: bool| flags |= if is_set { bit } else { 0 };
    flag(0x0200, event.timestamp.is_some());
    flag(0x0800, event.id.is_some());
    flag(0x0080, !event.tags.is_empty());
    flag(0x0020, event.mime.is_some());
    flag(0x0040, event.file.is_some());
    flag(0x0400, event.route.is_some());
    flag(0x0100, event.runnable);
    flag(0x0010, event.eof);
    if let Some((seconds, nanoseconds)) = event.timestamp {
        fields.extend(seconds.to_be_bytes());
        fields.extend(number(nanoseconds as usize));
    }
    fields.extend(event.id.iter().flat_map(|id| text(id)));
    if !event.tags.is_empty() {
        fields.extend(number(event.tags.len()));
        fields.extend(event.tags.iter().flat_map(|tag| text(tag)));
    }
    fields.extend(event.mime.iter().flat_map(|mime| text(mime)));
    if let Some((name, content)) = &event.file {
        fields.extend(text(name));
        fields.extend(number(content.len()));
        fields.extend(content);
    }
    fields.extend(event.route.iter().flat_map(|route| text(route)));
    sealed(flags, &fields)
}

/// A packet of these flags and fields, whatever they are.
pub(super) fn sealed(flags: u16, fields: &[u8]) -> Vec<u8> {
    let without_length = 3 + fields.len() + 4;
    let length = (1..=3).find_map(|size| {
        let length = number(without_length + size);
        (length.len() == size).then_some(length)
    });
    let mut packet = vec![0xb3];
    packet.extend(flags.to_be_bytes());
    packet.extend(length.expect("at most 4 MiB"));
    packet.extend(fields);
    let crc = crc(&packet);
    packet.extend(crc.to_be_bytes());
    packet
}

fn number(value: usize) -> Vec<u8> {
    let bytes = (value as u32).to_be_bytes();
    match value {
        0..0x40 => vec![bytes[3]],
        0x40..0x4000 => vec![bytes[2] | 0x40, bytes[3]],
        0x4000..0x40_0000 => vec![bytes[1] | 0x80, bytes[2], bytes[3]],
        _ => vec![bytes[0] | 0xc0, bytes[1], bytes[2], bytes[3]],
    }
}

fn text(text: &str) -> Vec<u8> {
    [number(text.len()), text.as_bytes().to_vec()].concat()
}

/// CRC-32, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

/// Any event about one of these tests.
pub(super) fn any_event(ids: &'static [&'static str]) -> impl Strategy<Value = Event> {
    let tests =
        prop_oneof![9 => prop::sample::select(ids).prop_map(|id| Some(id.to_owned())), 1 => Just(None)];
    let file = prop::option::of(("[a-z]{0,9}", prop::collection::vec(any::<u8>(), 0..200)));
    let texts = (
        prop::option::of("\\PC{0,40}"),
        prop::option::of("[0-9/]{1,5}"),
        prop::collection::vec("\\PC{0,9}", 0..3),
    );
    let time = prop::option::of((any::<u32>(), 0..1_000_000_000_u32));
    (tests, 0..8_u16, time, file, texts, any::<(bool, bool)>()).prop_map(
        |(id, status, timestamp, file, texts, flags)| {
            let ((mime, route, tags), (runnable, eof)) = (texts, flags);
            Event { id, status, timestamp, tags, mime, file, route, runnable, eof }
        },
    )
}

/// A testcase of JUnit XML, with this inside.
pub(super) fn case(id: &str, inside: &str) -> String {
    let (class, name) = id.rsplit_once('.').unwrap_or(("", id));
    format!("<testcase classname=\"{}\" name=\"{}\">{inside}</testcase>\n", escaped(class), escaped(name))
}

pub(super) fn suite(cases: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites>\n<testsuite name=\"x\">\n{cases}</testsuite>\n</testsuites>\n"
    )
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#x22;")
}
