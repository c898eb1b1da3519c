use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::record::{Answer, Attestation, Endpoint, Failure, How, Identity, Limits, Redacted, Service};
use crate::write::Writer;

/// A call, its bodies (of the request, the undo and the answer), and whether what is pending is written then.
type CallSpec = (Did, [Option<usize>; 3], bool);

/// Something to be written, in this order. Bodies are meant by their place among all.
#[derive(Debug, Clone)]
struct Spec {
    header: Header,
    evidence: BTreeMap<String, usize>,
    attestations: Vec<usize>,
    units: Vec<(Unit, Vec<CallSpec>, Option<UnitEnd>)>,
    end: Option<End>,
    bodies: Vec<Vec<u8>>,
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..4).prop_map(|all| all.into_iter().collect::<Value>()),
        ]
    })
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(any::<String>(), 0..4)
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    vec(any::<(String, String)>(), 0..3)
}

fn header() -> impl Strategy<Value = Header> {
    let endpoint =
        any::<[String; 3]>().prop_map(|[interface, region, url]| Endpoint { interface, region, url });
    let service = (any::<[String; 2]>(), vec(endpoint, 0..3));
    let service =
        service.prop_map(|([service_type, name], endpoints)| Service { service_type, name, endpoints });
    let identity = (any::<[String; 5]>(), texts(), any::<Option<String>>());
    let identity =
        identity.prop_map(|([user_id, user_name, project_id, project_name, domain_name], roles, region)| {
            Identity { user_id, user_name, project_id, project_name, domain_name, roles, region }
        });
    let redacted = any::<(String, String, u64)>();
    let redacted = redacted.prop_map(|(original, rules, fields)| Redacted { original, rules, fields });
    let all =
        (any::<(i64, String)>(), vec(service, 0..3), option::of(identity), value(), option::of(redacted));
    all.prop_map(|((reference_time, prefix), catalog, identity, report, redacted)| Header {
        reference_time,
        prefix,
        catalog,
        identity,
        report,
        redacted,
        ..Header::default()
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    let maps = [
        btree_map(any::<String>(), any::<String>(), 0..3),
        btree_map(any::<String>(), any::<String>(), 0..3),
    ];
    let all =
        (any::<[String; 3]>(), maps, [texts(), texts(), texts()], any::<[u64; 7]>(), any::<Option<String>>());
    all.prop_map(
        |(
            [check, version, component],
            [parameters, assets],
            [evidence, grants, testcases],
            numbers,
            prefix,
        )| {
            let [wall_ms, memory_bytes, findings, outcomes, log_bytes, call_bytes, handles] = numbers;
            let limits = Limits { wall_ms, memory_bytes, findings, outcomes, log_bytes, call_bytes, handles };
            Unit {
                unit: 0,
                check,
                version,
                component,
                parameters,
                assets,
                evidence,
                grants,
                testcases,
                limits,
                prefix,
            }
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let all = (any::<[String; 3]>(), pairs(), any::<Option<String>>(), pairs());
    all.prop_map(|([service, method, path], query, microversion, headers)| Request {
        service,
        method,
        path,
        query,
        microversion,
        headers,
        body: None,
    })
}

fn result() -> impl Strategy<Value = CallResult> {
    prop_oneof![
        (any::<(u16, u32)>(), pairs()).prop_map(|((status, attempts), headers)| {
            CallResult::Answer(Answer { status, headers, body: None, attempts })
        }),
        any::<(String, String)>().prop_map(|(kind, message)| CallResult::Error(Failure { kind, message })),
    ]
}

fn did() -> impl Strategy<Value = Did> {
    prop_oneof![
        (request(), any::<bool>(), result()).prop_map(|(request, fresh, result)| Did::Call {
            request,
            fresh,
            result
        }),
        (request(), request(), any::<(String, String)>(), result()).prop_map(
            |(request, undo, (id_pointer, id), result)| Did::Create { request, id_pointer, undo, id, result }
        ),
        (any::<(String, String)>(), result()).prop_map(|((service, path), result)| Did::Probe {
            service,
            path,
            result
        }),
        any::<(String, String)>().prop_map(|(kind, message)| Did::UsedUp(Failure { kind, message })),
        any::<u32>().prop_map(|ms| Did::Pause { ms }),
    ]
}

fn unit_end() -> impl Strategy<Value = UnitEnd> {
    let how = prop_oneof![Just(How::ByItself), Just(How::TimedOut), Just(How::Stopped)];
    let all = (how, any::<u64>(), btree_map(any::<String>(), any::<String>(), 0..3), value());
    all.prop_map(|(how, said, verdicts, report)| UnitEnd { unit: 0, how, said, verdicts, report })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 0..1500_usize).prop_map(|(byte, kilobytes)| vec![byte; kilobytes << 10]),
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    let place = || 0..6_usize;
    let calls = vec((did(), any::<[bool; 3]>(), [place(), place(), place()], any::<bool>()), 0..5);
    let calls = calls.prop_map(|calls| {
        let numbered = |(did, has, places, flush): (Did, [bool; 3], [usize; 3], bool)| {
            let bodies = [0, 1, 2].map(|i| has[i].then_some(places[i]));
            (did, bodies, flush)
        };
        calls.into_iter().map(numbered).collect()
    });
    let evidence = btree_map(any::<String>(), place(), 0..3);
    let end = option::of(value().prop_map(|report| End { report }));
    let units = vec((unit(), calls, option::of(unit_end())), 0..4);
    let all = (header(), evidence, vec(place(), 0..3), units, end, vec(body(), 6));
    all.prop_map(|(header, evidence, attestations, units, end, bodies)| Spec {
        header,
        evidence,
        attestations,
        units,
        end,
        bodies,
    })
}

/// Where a call names its bodies: of the request, the undo and the answer.
fn slots(did: &mut Did) -> [Option<&mut Option<u32>>; 3] {
    fn of(result: &mut CallResult) -> Option<&mut Option<u32>> {
        match result {
            CallResult::Answer(answer) => Some(&mut answer.body),
            CallResult::Error(_) => None,
        }
    }
    match did {
        Did::Call { request, result, .. } => [Some(&mut request.body), None, of(result)],
        Did::Create { request, undo, result, .. } => {
            [Some(&mut request.body), Some(&mut undo.body), of(result)]
        }
        Did::Probe { result, .. } => [None, None, of(result)],
        Did::UsedUp(_) | Did::Pause { .. } => [None, None, None],
    }
}

impl Spec {
    /// Writes all of it, and puts the numbers in.
    fn write(&mut self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new()).unwrap();
        for (name, place) in &self.evidence {
            let body = writer.body(&self.bodies[*place]).unwrap();
            self.header.evidence.insert(
                name.clone(),
                Evidence { file: format!("{name}.xml"), body, written_at: Some(1_764_000_000) },
            );
        }
        for place in &self.attestations {
            self.header.attestations.push(Attestation { body: writer.body(&self.bodies[*place]).unwrap() });
        }
        writer.header(&self.header).unwrap();
        for (number, (unit, calls, end)) in (0..).zip(&mut self.units) {
            unit.unit = number;
            writer.unit(unit).unwrap();
            for (did, places, flush) in calls {
                for (slot, place) in slots(did).into_iter().zip(places) {
                    if let (Some(slot), Some(place)) = (slot, place) {
                        *slot = Some(writer.body(&self.bodies[*place]).unwrap());
                    }
                }
                writer.call(&samples::call(number, did.clone())).unwrap();
                if *flush {
                    writer.flush().unwrap();
                }
            }
            if let Some(end) = end {
                end.unit = number;
                writer.unit_end(end).unwrap();
            }
        }
        let (bytes, sha256, length) = writer.end(self.end.as_ref()).unwrap();
        assert_eq!((sha256, length), (Sha256::digest(&bytes).into(), bytes.len() as u64));
        bytes
    }

    /// The bodies that are named, in the order of their numbers.
    fn named(&mut self) -> BTreeMap<u32, Vec<u8>> {
        let mut named = BTreeMap::new();
        for (name, place) in &self.evidence {
            named.insert(self.header.evidence[name].body, self.bodies[*place].clone());
        }
        for (attestation, place) in self.header.attestations.iter().zip(&self.attestations) {
            named.insert(attestation.body, self.bodies[*place].clone());
        }
        for (did, places, _) in self.units.iter_mut().flat_map(|(_, calls, _)| calls) {
            for (slot, place) in slots(did).into_iter().zip(places) {
                if let (Some(Some(number)), Some(place)) = (slot, place) {
                    named.insert(*number, self.bodies[*place].clone());
                }
            }
        }
        named
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(mut spec in spec()) {
        let bytes = spec.write();
        let tape = Tape::read(&bytes[..]).unwrap();
        prop_assert_eq!(&tape.header, &Header { format: FORMAT.to_owned(), ..spec.header.clone() });
        prop_assert_eq!(tape.damage.is_none(), spec.end.is_some());
        prop_assert_eq!(&tape.end, &spec.end);
        prop_assert_eq!(tape.units.len(), spec.units.len());
        for (number, (read, (unit, calls, end))) in (0..).zip(tape.units.iter().zip(&spec.units)) {
            prop_assert_eq!(&read.unit, unit);
            prop_assert_eq!(&read.end, end);
            let calls = calls.iter().map(|(did, ..)| samples::call(number, did.clone()));
            prop_assert_eq!(&read.calls, &calls.collect::<Vec<_>>());
        }
        let named = spec.named();
        prop_assert_eq!(tape.bodies(), named.len());
        for (number, body) in &named {
            prop_assert_eq!(&tape.body(Some(*number)), body);
        }
        let different: BTreeSet<_> = named.values().collect();
        prop_assert_eq!(different.len(), named.len(), "equal bodies are written once");
        prop_assert!(tape.body(None).is_empty());
    }
}
