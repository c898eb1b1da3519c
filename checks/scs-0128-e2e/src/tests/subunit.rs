//! Subunit streams, whole and damaged.

use proptest::prelude::*;

use super::encoder::{Event, any_event, event, packet, run, sealed};
use super::*;
use crate::required;
use crate::results::{Outcome, Results};

fn whole() -> Vec<u8> {
    [run(ONE, 3), run(TWO, 3), run(THREE, 3)].concat()
}

fn damage(evidence: &[u8]) -> String {
    let (verdict, reason) = verdict(evidence);
    assert_eq!(verdict, DNF, "{reason}");
    let prefix = "the evidence `opc` cannot be used: the subunit stream is damaged at byte ";
    reason.strip_prefix(prefix).unwrap_or_else(|| panic!("{reason}")).to_owned()
}

#[test]
fn all_fields_of_a_packet_are_read() {
    let full = |status| {
        packet(&Event {
            timestamp: Some((1_700_000_000, 999_999_999)),
            tags: vec!["worker-0".into(), "ü".into()],
            mime: Some("text/plain;charset=utf8".into()),
            file: Some(("reason".into(), vec![0; 20_000])),
            route: Some("0/1".into()),
            runnable: true,
            eof: true,
            ..event(TWO, status)
        })
    };
    assert_eq!(verdict(&[run(ONE, 3), full(3), run(THREE, 3)].concat()).0, PASS);
    assert_eq!(verdict(&[run(ONE, 3), full(6), run(THREE, 3)].concat()).0, FAIL);
    // A packet without a test, as output of a worker comes.
    let output = Event { id: None, file: Some(("stdout".into(), b"x".to_vec())), ..Event::default() };
    assert_eq!(verdict(&[whole(), packet(&output)].concat()).0, PASS);
}

#[test]
fn a_damaged_stream_is_dnf_and_the_byte_is_named() {
    let good = whole();
    let length = good.len();
    let mut wrong = good.clone();
    wrong[10] ^= 0x20;
    let first = packet(&event(ONE, 2)).len();
    assert_eq!(damage(&wrong), format!("{}: the checksum of the packet is wrong", first - 4));
    assert_eq!(damage(&good[..length - 1]), {
        let last = packet(&event(THREE, 3)).len();
        format!(
            "{}: a packet of {last} bytes, of which {} are there: the end is missing",
            length - last + 3,
            last - 1
        )
    });
    let noise = [&good[..first], b"WARNING", &good[first..]].concat();
    assert_eq!(
        damage(&noise),
        format!("{first}: a packet begins with 0xb3, not with 0x57; is there other output in it?")
    );
    for (flags, fields, expected) in [
        (0x1003, &b""[..], "1: version 1, which is not 2"),
        (0x200b, b"", "1: a flag is set that version 2 does not have"),
        (0x2803, b"", "4: the stream or the packet ends within a field"),
        (0x2803, b"\x05abcd", "5: the stream or the packet ends within a field"),
        (0x2803, b"\x03a\xffb", "6: a text is not UTF-8"),
        (0x2803, b"\x01ab", "6: 1 bytes more than the fields of the packet have"),
        (0x2843, b"\x01a\x01b\xff\xff\xff\xff", "12: the stream or the packet ends within a field"),
        (0x2883, b"\x01a\xff\xff\xff\xff", "10: the stream or the packet ends within a field"),
        (0x2203, b"abc", "4: the stream or the packet ends within a field"),
    ] {
        assert_eq!(damage(&sealed(flags, fields)), expected, "{flags:x} {fields:?}");
    }
    assert_eq!(damage(&[0xb3, 0x20, 0x03, 0x07, 0, 0, 0]), "3: a packet of 7 bytes, which is too short");
    assert_eq!(damage(&[0xb3, 0x20, 0x03, 0]), "3: a packet of 0 bytes, which is too short");
    assert_eq!(damage(&[0xb3, 0x20]), "1: the stream or the packet ends within a field");
    assert_eq!(damage(&[0xb3]), "1: the stream or the packet ends within a field");
}

#[test]
fn other_files_are_refused_with_a_hint() {
    for (evidence, hint) in [
        (&b""[..], "it is empty"),
        (b"\x1f\x8b\x08rest", "it is compressed: unpack it with gunzip"),
        (b"\xff\xfe<\0", "it is UTF-16: JUnit XML is read as UTF-8 only"),
        (b"test: a\nsuccess: a\n", "it looks like subunit version 1: convert it with subunit-1to2"),
        (
            b"PK\x03\x04",
            "it is neither JUnit XML nor a subunit v2 stream; `stestr last --subunit` writes the latter",
        ),
        (b"{}", "it is neither JUnit XML nor a subunit v2 stream; `stestr last --subunit` writes the latter"),
    ] {
        assert_eq!(verdict(evidence), (DNF, format!("the evidence `opc` cannot be used: {hint}")));
    }
    let nothing = packet(&Event { file: Some(("stdout".into(), vec![])), ..Event::default() });
    assert_eq!(verdict(&nothing), (DNF, "the evidence `opc` holds no result of any test".into()));
    assert_eq!(
        verdict(&packet(&event(ONE, 1))),
        (DNF, "the evidence `opc` holds no result of any test".into())
    );
}

#[test]
fn a_large_stream_is_read() {
    let log = Event { file: Some(("pythonlogging".into(), vec![b'x'; 100_000])), ..event(ONE, 0) };
    let evidence = [packet(&log).repeat(120), whole()].concat();
    assert!(evidence.len() > 10_000_000);
    assert_eq!(verdict(&evidence).0, PASS);
    let small = [whole(), run("tempest.api.x.Y.z[id-8]", 5).repeat(40_000)].concat();
    assert_eq!(verdict(&small).0, PASS);
}

const IDS: &[&str] = &[ONE, TWO, THREE, "tempest.api.x.Y.z"];

/// What the stream says of a test, worked out from the events.
fn expected(events: &[Event], id: &str) -> Option<Outcome> {
    let of_it: Vec<u16> =
        events.iter().filter(|event| event.id.as_deref() == Some(id)).map(|event| event.status).collect();
    let has = |status: u16| of_it.contains(&status);
    let ends = of_it.iter().filter(|status| **status >= 3).count();
    let begins = of_it.iter().filter(|status| **status == 2).count();
    let outcomes = [
        (has(6), Outcome::Failed),
        (begins > ends, Outcome::Unfinished),
        (has(7), Outcome::ExpectedFailure),
        (has(4), Outcome::UnexpectedSuccess),
        (has(5), Outcome::Skipped),
        (has(3), Outcome::Passed),
    ];
    outcomes.into_iter().find(|(is_so, _)| *is_so).map(|(_, outcome)| outcome)
}

fn outcomes(evidence: &[u8]) -> Result<Vec<Option<Outcome>>, String> {
    let required = required::parse(LIST.as_bytes()).unwrap();
    let mut results = Results::new(&required);
    crate::evidence::read(evidence, &mut results)?;
    Ok(results.tests().map(|(_, record)| record.outcome()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read(events in prop::collection::vec(any_event(IDS), 1..30)) {
        let evidence: Vec<u8> = events.iter().flat_map(packet).collect();
        let wanted: Vec<Option<Outcome>> = [ONE, TWO, THREE].map(|id| expected(&events, id)).to_vec();
        prop_assert_eq!(outcomes(&evidence), Ok(wanted));
    }

    /// Cut off within a packet, or with any bits of one byte turned over, nothing is read.
    #[test]
    fn damage_is_noticed(
        events in prop::collection::vec(any_event(IDS), 1..6),
        at in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let packets: Vec<Vec<u8>> = events.iter().map(packet).collect();
        let ends: Vec<usize> = packets.iter().scan(0, |end, packet| { *end += packet.len(); Some(*end) }).collect();
        let mut evidence = packets.concat();
        let cut = at.index(evidence.len());
        if cut > 0 && !ends.contains(&cut) {
            prop_assert!(outcomes(&evidence[..cut]).is_err());
        }
        evidence[cut] ^= bits;
        prop_assert!(outcomes(&evidence).is_err());
    }

    #[test]
    fn nothing_breaks_the_reader(mut bytes in prop::collection::vec(any::<u8>(), 0..300), flags in any::<u16>()) {
        let _ = outcomes(&bytes);
        let _ = outcomes(&sealed(flags & 0x0fff | 0x2000, &bytes));
        bytes.insert(0, 0xb3);
        let _ = outcomes(&bytes);
    }
}
