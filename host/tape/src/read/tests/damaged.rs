use super::*;
use crate::chunk::HEAD;
use crate::samples::calls;

/// Where the chunks of a tape begin, and where the last one ends.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let mut all = vec![MAGIC.len()];
    while let Some(stored) = bytes.get(all[all.len() - 1]..).and_then(|rest| rest.first_chunk()) {
        all.push(all[all.len() - 1] + HEAD + u32::from_le_bytes(*stored) as usize);
    }
    all
}

/// What is read is the beginning of what was recorded.
fn assert_prefix(tape: &Tape, whole: &Tape) {
    assert_eq!(tape.header, whole.header);
    assert!(tape.units.len() <= whole.units.len());
    for (number, (unit, of_whole)) in tape.units.iter().zip(&whole.units).enumerate() {
        assert_eq!(unit.unit, of_whole.unit);
        assert!(of_whole.calls.starts_with(&unit.calls));
        let is_last = number + 1 == tape.units.len();
        assert!(unit.end == of_whole.end || is_last && unit.end.is_none());
        assert!(unit.end.is_none() || unit.calls.len() == of_whole.calls.len());
    }
    assert!(calls(whole).starts_with(&calls(tape)), "with the same bodies");
    assert!(tape.end.is_none() || tape.end == whole.end);
}

#[test]
fn a_tape_that_was_cut_off_holds_what_came_before() {
    // What was recorded when each chunk was written.
    let mut recorded = Vec::new();
    let write = |writer: &mut crate::write::Writer<Vec<u8>>| {
        writer.body(b"evidence").unwrap();
        writer.flush().unwrap();
        recorded.push(None);
        writer.header(&samples::header()).unwrap();
        recorded.push(Some((0, 0)));
        let mut all_calls = 0;
        for number in 0..4_u32 {
            writer.unit(&samples::unit(number)).unwrap();
            for read in 0..37_u32 {
                // Nothing that can be compressed, so that there is something to cut.
                let noise: Vec<u8> =
                    (0..5).flat_map(|i| Sha256::digest((read * 5 + i).to_le_bytes()).to_vec()).collect();
                let body = writer.body(&noise).unwrap();
                writer
                    .call(&samples::call(number, samples::read_of(&format!("/images/{read}"), Some(body))))
                    .unwrap();
                all_calls += 1;
                if read % 7 == number {
                    writer.flush().unwrap();
                    recorded.push(Some((number + 1, all_calls)));
                }
            }
            writer.unit_end(&samples::unit_end(number)).unwrap();
            writer.flush().unwrap();
            recorded.push(Some((number + 1, all_calls)));
        }
    };
    let bytes = samples::written(write, Some(&samples::end()));
    let whole = Tape::read(&bytes[..]).unwrap();
    assert_eq!(whole.damage, None);
    let boundaries = boundaries(&bytes);
    assert_eq!(boundaries.len(), recorded.len() + 2, "one chunk for each flush, and the last one");
    let spread = (0..200).map(|i| i * bytes.len() / 200);
    for cut in spread.chain(boundaries[..boundaries.len() - 1].iter().copied()) {
        let chunks = boundaries.iter().filter(|boundary| **boundary <= cut).count().saturating_sub(1);
        let at = if cut < MAGIC.len() { 0 } else { boundaries[chunks] as u64 };
        let damage = Damage { at, chunks: chunks as u64, changed: false };
        match Tape::read(&bytes[..cut]) {
            Ok(tape) => {
                let (units, all_calls) = recorded[chunks - 1].unwrap();
                assert_eq!((tape.units.len(), calls(&tape).len()), (units as usize, all_calls), "{cut}");
                assert_eq!((&tape.damage, tape.bytes), (&Some(damage), cut as u64));
                assert_prefix(&tape, &whole);
                assert_eq!(tape.end, None);
                assert!(tape.damage.unwrap().to_string().contains("was cut off at byte"));
            }
            Err(TapeError::NotATape) => assert_eq!(cut, 0),
            Err(TapeError::NoHeader(found)) => {
                assert!(chunks < 2, "{cut}");
                assert_eq!(found, damage);
            }
            Err(error) => panic!("cut at {cut}: {error}"),
        }
    }
}

#[test]
fn what_does_not_come_is_missed_even_at_the_end_of_a_chunk() {
    let bytes = samples::written(|writer| writer.header(&samples::header()).unwrap(), None);
    let tape = Tape::read(&bytes[..]).unwrap();
    assert_eq!(tape.damage, Some(Damage { at: bytes.len() as u64, chunks: 1, changed: false }));
}

#[test]
fn no_byte_can_be_changed_unnoticed() {
    let bytes = samples::tape_of(2, 4);
    let whole = Tape::read(&bytes[..]).unwrap();
    assert_eq!((whole.damage.clone(), calls(&whole).len()), (None, 8));
    let boundaries = boundaries(&bytes);
    let (mut refused, mut damaged) = (0, 0);
    for at in 0..bytes.len() {
        let chunk = boundaries.iter().rposition(|boundary| *boundary <= at);
        for flip in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            match Tape::read(&changed[..]) {
                Ok(tape) => {
                    let (chunk, damage) = (chunk.unwrap(), tape.damage.clone().unwrap());
                    assert_eq!((damage.at, damage.chunks), (boundaries[chunk] as u64, chunk as u64));
                    // A chunk that claims to be longer than the file looks like one that was cut off.
                    assert!(damage.changed || at - boundaries[chunk] < 4, "byte {at}");
                    assert_ne!(tape.sha256, whole.sha256);
                    assert_eq!(tape.sha256, <[u8; 32]>::from(Sha256::digest(&changed)));
                    assert_prefix(&tape, &whole);
                    assert_eq!(tape.end, None);
                    damaged += 1;
                }
                Err(TapeError::NotATape) => {
                    assert!(at < MAGIC.len());
                    refused += 1;
                }
                Err(TapeError::NoHeader(damage)) => {
                    assert_eq!((chunk, damage.at), (Some(0), MAGIC.len() as u64));
                    refused += 1;
                }
                Err(error) => panic!("byte {at}: {error}"),
            }
        }
    }
    assert!(refused > 4 * MAGIC.len() && damaged > 500, "{refused}, {damaged}");
}

#[test]
fn chunks_in_another_order_are_malformed() {
    let bytes = samples::tape_of(3, 4);
    let boundaries = boundaries(&bytes);
    let of = |chunks: &[usize]| {
        let parts = chunks.iter().map(|number| &bytes[boundaries[*number]..boundaries[number + 1]]);
        let parts: Vec<&[u8]> = std::iter::once(&MAGIC[..]).chain(parts).collect();
        Tape::read(&parts.concat()[..])
    };
    assert!(of(&[0, 1, 2, 3, 4]).unwrap().damage.is_none());
    for chunks in [&[0, 2, 1, 3, 4][..], &[0, 1, 1, 2, 3, 4], &[0, 1, 3, 4], &[1, 0, 2, 3, 4], &[0, 4, 1]] {
        let error = of(chunks).unwrap_err();
        assert!(matches!(error, TapeError::Malformed { .. }), "{chunks:?}: {error}");
    }
}
