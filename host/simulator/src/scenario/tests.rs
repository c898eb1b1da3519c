use std::time::Duration;

use super::*;
use crate::{Service, Simulator};

fn parse(yaml: &str) -> Result<Scenario, String> {
    Scenario::parse("cloud.yaml", yaml).map_err(|error| error.to_string())
}

/// The message for a scenario that is malformed or contradicts itself.
fn refused(yaml: &str) -> String {
    match parse(yaml) {
        Err(message) => message,
        Ok(scenario) => Simulator::new(&scenario).expect_err(yaml).to_string(),
    }
}

#[test]
fn everything_has_a_default() {
    let scenario = parse("{}").unwrap();
    assert_eq!(scenario.name, "cloud.example");
    assert_eq!(scenario.identity.token_lifetime, Duration::from_secs(3600));
    assert_eq!(scenario.microversions.compute, (2, 96));
    assert_eq!(scenario.default_security_group_rules.unwrap().len(), 4);
}

#[test]
fn every_key_is_understood() {
    let scenario = parse(
        r#"
format: touchstone.scenario/v1
name: n
description: d
latency: 20ms
identity:
  project: {name: p, id: pid}
  domain: {name: D, id: did}
  users:
    - {name: u, id: uid, password: x, roles: [admin],
       application_credentials: [{name: a, id: aid, secret: s, roles: [admin]}]}
  token_lifetime: 1.5s
catalog:
  region: r
  extra_regions: [north]
  interfaces: [public, internal]
  unreachable_interfaces: [internal]
  services:
    block-storage: {types: [volumev3], endpoint: versioned}
    key-manager: {absent: true}
  extra: [{type: s3, name: ceph, url: "https://s3.example/"}]
microversions: {compute: "2.60", block_storage: "3.50"}
pages: {flavors: 5, images: 4, images_unasked: 3, volume_types: 2, servers: 6, volumes: 7, secrets: 8,
        secrets_unasked: 9, network: 1}
availability_zones: [a, b]
flavors:
  - {name: f, id: fid, description: d, vcpus: 2, ram: 2048, disk: 10, ephemeral: 1, swap: 512, public: false,
     access: true, extra_specs: {"hw:cpu_policy": dedicated}}
images:
  - {name: i, id: iid, status: queued, visibility: shared, owner: project, hidden: true, protected: true,
     disk_format: raw, container_format: ami, size: 1, min_disk: 2, min_ram: 3, age_days: 4, tags: [t],
     properties: {os_distro: debian}}
volume_types:
  - {name: v, id: vid, description: d, private: true, default: true, extra_specs: {a: b},
     encryption: {provider: p, cipher: c, key_size: 512, control_location: back-end}}
networks:
  - {name: n, id: nid, description: d, owner: project, shared: true, external: true, mtu: 9000,
     subnets: [{name: s, id: sid, cidr: 10.0.0.0/24, gateway_ip: 10.0.0.1, dns_nameservers: [9.9.9.9], no_dhcp: true}]}
default_security_group_rules:
  - {direction: ingress, ethertype: IPv6, protocol: tcp, port: 22, remote_ip_prefix: "::/0", from_same_group: true,
     used_in_default_group: false, used_in_other_groups: false}
security_groups: [{name: g, id: gid, description: d}]
key_manager: {roles: [creator]}
object_store: {s3: false, s3_answer: anonymous-buckets}
existing: [{kind: security_group, name: e, age: 3h}]
timing: {server: 1s, volume: 2s, backup: 3s, deletion: 4s, console: 5s}
console: {outputs: {rngd: [inactive]}, lines: [a, b], silent: true}
faults:
  - {service: compute, method: GET, path: "/flavors/*", after: 1, times: 2, kind: {status: {code: 503, retry_after: 3}}}
"#,
    )
    .unwrap();
    assert_eq!(scenario.latency, Duration::from_millis(20));
    assert_eq!(scenario.identity.token_lifetime, Duration::from_millis(1500));
    assert_eq!(scenario.microversions.compute, (2, 60));
    assert_eq!(scenario.catalog.services[&Service::BlockStorage].types, ["volumev3"]);
    assert_eq!(scenario.timing.console, Duration::from_secs(5));
    assert_eq!(
        (scenario.existing[0].age.as_secs(), scenario.existing[0].kind),
        (3 * 3600, ExistingKind::SecurityGroup)
    );
    assert_eq!(scenario.object_store.s3_answer, S3Answer::AnonymousBuckets);
    assert_eq!(scenario.console.output("rngd"), ["inactive"]);
    assert_eq!(scenario.console.output("entropy-avail"), ["256"]);
    assert_eq!(scenario.faults[0].kind, FaultKind::Status { code: 503, retry_after: Some(3) });
    assert!(Simulator::new(&scenario).is_ok());
}

#[test]
fn the_example_in_the_readme_is_understood() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```yaml\n").unwrap();
    let scenario = parse(rest.split_once("```").unwrap().0).unwrap();
    assert_eq!((scenario.faults.len(), scenario.images.len()), (2, 1));
    assert!(Simulator::new(&scenario).is_ok());
}

#[test]
fn every_kind_of_fault_is_understood() {
    let kinds = [
        ("html", FaultKind::Html),
        ("{json: '{}'}", FaultKind::Json("{}".into())),
        ("truncated-json", FaultKind::TruncatedJson),
        ("endless-body", FaultKind::EndlessBody),
        ("{huge: 1000000000}", FaultKind::Huge(1_000_000_000)),
        ("reset", FaultKind::Reset),
        ("close", FaultKind::Close),
        ("hang", FaultKind::Hang),
        ("{slow: 3s}", FaultKind::Slow(Duration::from_secs(3))),
        ("{trickle: 500ms}", FaultKind::Trickle(Duration::from_millis(500))),
        ("expire-token", FaultKind::ExpireToken),
        ("{redirect: {to: 'http://x/'}}", FaultKind::Redirect { to: "http://x/".into(), code: 302 }),
        ("garbage", FaultKind::Garbage),
        ("{wrong-content-length: -20}", FaultKind::WrongContentLength(-20)),
        ("{echo-token: link}", FaultKind::EchoToken("link".into())),
        ("fails-later", FaultKind::FailsLater),
        ("{done-then: close}", FaultKind::DoneThen(Box::new(FaultKind::Close))),
        (
            "{done-then: {status: {code: 504}}}",
            FaultKind::DoneThen(Box::new(FaultKind::Status { code: 504, retry_after: None })),
        ),
        ("{status: {code: 500}}", FaultKind::Status { code: 500, retry_after: None }),
    ];
    for (yaml, kind) in kinds {
        assert_eq!(parse(&format!("faults: [{{kind: {yaml}}}]")).unwrap().faults[0].kind, kind, "{yaml}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let cases = [
        ("name: x\nflavours: []\n", "cloud.yaml:2:1: ", "flavours"),
        ("flavors:\n  - name: a\n    cpus: 2\n", "cloud.yaml:3:5: ", "cpus"),
        ("flavors:\n  - name: a\n    vcpus: two\n", "cloud.yaml:3:12: ", "invalid"),
        ("flavors:\n  - name: a\n    vcpus: -1\n", "cloud.yaml:3:12: ", ""),
        ("latency: 20\n", "cloud.yaml:1:10: ", "a duration with its unit, such as `20ms`"),
        ("latency: soon\n", "cloud.yaml:1:10: ", "`soon` is not a duration"),
        ("microversions: {compute: '2'}\n", "cloud.yaml:1:26: ", "`2` is not a microversion"),
        ("format: touchstone.scenario/v2\n", "cloud.yaml:1:9: ", "touchstone.scenario/v1"),
        ("existing:\n- {kind: flavor, name: x}\n", "cloud.yaml:2:10: ", "flavor"),
        ("existing:\n- {kind: volume}\n", "cloud.yaml:2:", "name"),
        ("timing: {server: 5}\n", "cloud.yaml:1:18: ", "a duration with its unit"),
        ("faults:\n- kind: explode\n", "cloud.yaml:2:9: ", "explode"),
        ("faults:\n- {path: flavors, kind: hang}\n", "cloud.yaml:2:10: ", "has to begin with `/`"),
        ("faults:\n- {method: get, kind: hang}\n", "cloud.yaml:2:12: ", "such as `GET`"),
        ("faults:\n- {service: nova, kind: hang}\n", "cloud.yaml:2:13: ", "nova"),
        ("faults:\n- {service: compute}\n", "cloud.yaml:2:", "kind"),
        ("name: [\n", "cloud.yaml:", ""),
        ("name: a\nname: b\n", "cloud.yaml:2:1: ", "name"),
    ];
    for (yaml, place, reason) in cases {
        let message = parse(yaml).expect_err(yaml);
        assert!(message.starts_with(place) && message.contains(reason), "{yaml}\n{message}");
        assert!(!message.contains(" at line"), "the place is said once: {message}");
    }
}

#[test]
fn contradictions_are_named() {
    let cases = [
        ("flavors: [{}]", "flavors[0]: it has no `name`"),
        ("flavors: [{name: a, id: x}, {name: b, id: x}]", "flavors[1]: another flavor has the id `x`"),
        ("flavors: [{name: a, id: x/y}]", "flavors[0]: `x/y` would not do as an id: it is part of paths"),
        (
            "identity: {users: [{name: a, password: x}, {name: a, password: y}]}",
            "identity.users[1]: there is another user `a`",
        ),
        (
            "identity: {users: [{name: a, password: x, application_credentials: [{name: c, secret: s, roles: [boss]}]}]}",
            "identity.users[0]: credential `c` gives the role `boss`, which the user lacks",
        ),
        ("pages: {images: 0}", "pages.images: a page has at least 1 item"),
        (
            "catalog: {extra_regions: [a/b]}",
            "catalog.extra_regions: `a/b` would not do in a URL: use letters, digits, `-`, `_` and `.`",
        ),
        ("catalog: {extra_regions: [RegionOne]}", "catalog.extra_regions: `RegionOne` is the region already"),
        (
            "catalog: {unreachable_interfaces: [x]}",
            "catalog.unreachable_interfaces: `x` is not in catalog.interfaces",
        ),
        (
            "networks: [{name: n, subnets: [{name: s, cidr: 10.0.0.0}]}]",
            "networks[0].subnets[0]: `10.0.0.0` is not a `cidr` such as `10.0.0.0/24`",
        ),
        ("images: [{name: i, age_days: 4000000000}]", "images[0]: no date is 4000000000 days ago"),
        (
            "faults: [{kind: {status: {code: 100}}}]",
            "faults[0]: 100 is not the status of an answer: 200 to 599 are",
        ),
        (
            "faults: [{kind: {redirect: {to: x, code: 200}}}]",
            "faults[0]: 200 is not the status of a redirection: 300 to 399 are",
        ),
        (
            "faults: [{kind: {done-then: truncated-json}}]",
            "faults[0]: after `done-then` comes a kind of fault that has no right answer of its own, such as `close`",
        ),
        (
            "faults: [{kind: {done-then: {status: {code: 100}}}}]",
            "faults[0]: 100 is not the status of an answer: 200 to 599 are",
        ),
        ("existing: [{kind: volume, name: ''}]", "existing[0]: it has no `name`"),
        (
            "existing: [{kind: server, name: s}]",
            "existing[0]: a server needs a flavor, and the cloud has none",
        ),
        ("pages: {secrets_unasked: 0}", "pages.secrets_unasked: a page has at least 1 item"),
        ("faults: [{kind: {echo-token: 'a b'}}]", "faults[0]: `a b` is not the name of a header"),
    ];
    for (yaml, message) in cases {
        assert_eq!(refused(yaml), message);
    }
}

#[test]
fn patterns_of_paths() {
    let matches = |pattern: &str, path: &str| {
        let segments: Vec<String> =
            path.split('/').skip(1).filter(|s| !s.is_empty()).map(Into::into).collect();
        pattern.parse::<PathGlob>().unwrap().matches(&segments)
    };
    assert!(matches("/", "/") && !matches("/", "/a"));
    assert!(matches("/a/*", "/a/b") && !matches("/a/*", "/a") && !matches("/a/*", "/a/b/c"));
    assert!(matches("/a/**", "/a") && matches("/a/**", "/a/b/c") && !matches("/a/**", "/b"));
    assert!(matches("/**", "/") && matches("/**", "/a"));
    for text in ["/", "/**", "/a/*/b", "/a/**"] {
        assert_eq!(text.parse::<PathGlob>().unwrap().to_string(), text);
    }
    for wrong in ["", "a", "/a/", "//", "/a*", "/**/a"] {
        assert!(wrong.parse::<PathGlob>().is_err(), "{wrong}");
    }
}

/// 10,000 images with all their properties are some 400,000 nodes, more than the YAML library allows by default.
#[test]
fn large_scenarios_can_be_read() {
    let image = |n: usize| format!("- {{name: image {n}, tags: [{}]}}\n", vec!["t"; 10_000].join(","));
    let yaml = format!("images:\n{}", (0..40).map(image).collect::<String>());
    assert_eq!(parse(&yaml).unwrap().images.len(), 40);
}

/// The flavors of SCS-0103-v1, mandatory and then recommended.
const MANDATORY: [&str; 15] = [
    "SCS-1V-4",
    "SCS-2V-8",
    "SCS-4V-16",
    "SCS-4V-16-100s",
    "SCS-8V-32",
    "SCS-1V-2",
    "SCS-2V-4",
    "SCS-2V-4-20s",
    "SCS-4V-8",
    "SCS-8V-16",
    "SCS-16V-32",
    "SCS-1V-8",
    "SCS-2V-16",
    "SCS-4V-32",
    "SCS-1L-1",
];
const RECOMMENDED: [&str; 16] = [
    "SCS-1V-4-10",
    "SCS-2V-8-20",
    "SCS-4V-16-50",
    "SCS-8V-32-100",
    "SCS-1V-2-5",
    "SCS-2V-4-10",
    "SCS-4V-8-20",
    "SCS-8V-16-50",
    "SCS-16V-32-100",
    "SCS-1V-8-20",
    "SCS-2V-16-50",
    "SCS-4V-32-100",
    "SCS-1L-1-5",
    "SCS-16V-64",
    "SCS-8V-64",
    "SCS-16V-128",
];

/// What is wrong with a standard flavor of a scenario, if anything is.
fn problem(scenario: &Scenario, name: &str) -> Option<&'static str> {
    let Some(flavor) =
        scenario.flavors.iter().find(|f| f.extra_specs.get("scs:name-v2").is_some_and(|n| n == name))
    else {
        return Some("missing");
    };
    let parts: Vec<&str> = name.split('-').skip(1).collect();
    let crowded = parts[0].ends_with('L');
    let disk = parts.get(2).map_or("0", |disk| disk.trim_end_matches('s'));
    let spec = |name: &str| flavor.extra_specs.get(name).map(String::as_str);
    if [flavor.vcpus.to_string(), (flavor.ram / 1024).to_string(), flavor.disk.to_string()]
        != [parts[0].trim_end_matches(['V', 'L']), parts[1], disk]
        || flavor.ram % 1024 != 0
    {
        return Some("figures");
    }
    if spec("scs:name-v1") != Some(&format!("SCS-{}", parts.join(":"))) {
        return Some("name-v1");
    }
    if spec("scs:cpu-type") != Some(if crowded { "crowded-core" } else { "shared-core" }) {
        return Some("cpu-type");
    }
    let ssd = parts.get(2).is_some_and(|disk| disk.ends_with('s'));
    (spec("scs:disk0-type").is_some() != (disk != "0") || ssd && spec("scs:disk0-type") != Some("ssd"))
        .then_some("disk0-type")
}

#[test]
fn the_perfect_cloud_is_perfect() {
    let scenario = Scenario::perfect();
    assert!(Simulator::new(&scenario).is_ok());
    for name in MANDATORY.into_iter().chain(RECOMMENDED) {
        assert_eq!(problem(&scenario, name), None, "{name}");
    }
}

#[test]
fn the_demo_cloud_is_imperfect_in_just_the_ways_it_says() {
    let scenario = Scenario::demo();
    assert!(Simulator::new(&scenario).is_ok());
    let problems: Vec<_> = MANDATORY
        .into_iter()
        .chain(RECOMMENDED)
        .filter_map(|name| Some((name, problem(&scenario, name)?)))
        .collect();
    assert_eq!(
        problems,
        [
            ("SCS-2V-4-20s", "disk0-type"),
            ("SCS-8V-16", "name-v1"),
            ("SCS-16V-32", "missing"),
            ("SCS-16V-128", "missing")
        ]
    );
    let flavor = |name: &str| scenario.flavors.iter().find(|flavor| flavor.name == name);
    assert!(flavor("SCS-4V-16-100S").is_some() && flavor("SCS-4V-16-100s").is_none());
    assert_eq!(flavor("SCS-16C-64-500p_z5hh").unwrap().ram, 60 * 1024);
}
