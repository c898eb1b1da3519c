use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;

use super::*;

/// Files that are not on any disk.
#[derive(Default)]
struct Fake {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Those that everybody can read.
    open: Vec<PathBuf>,
}

impl Fake {
    fn with(mut self, path: &str, content: &str) -> Self {
        self.files.insert(Path::new("/c").join(path), content.into());
        self
    }
}

impl Files for Fake {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| Error::new(ErrorKind::NotFound, "no such file"))
    }

    fn about(&self, path: &Path) -> Result<About> {
        let folder =
            self.files.keys().any(|file| file != path && file.starts_with(path)) || path == Path::new("/c");
        match folder || self.files.contains_key(path) {
            true => Ok(About { folder, readable_by_all: self.open.iter().any(|open| open == path) }),
            false => Err(Error::new(ErrorKind::NotFound, "no such file")),
        }
    }
}

/// One testcase in each section; one of `medium` lives for a day.
const SCOPE: &str = r#"
format: touchstone.scope/v1
uuid: 50393e6f-2ae1-4c5c-a62c-3b75f2abef3f
name: A scope
url: https://example.org/scope
checks:
  - id: one
    version: 1.0.0
    component: "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    evidence: {opc: Results of Tempest}
    testcases:
      - {id: read, description: d, url: "https://example.org/"}
      - {id: short, description: d, url: "https://example.org/", section: medium, lifetime: day}
      - {id: boot, description: d, url: "https://example.org/", section: heavy}
modules:
  - {id: m, name: M, url: "https://example.org/", parameters: {size: how large}, targets: {main: [read, short, boot]}}
versions:
  - {version: v1, stabilized_at: 2024-01-01, include: [{module: m, parameters: {size: "1"}}]}
  - {version: v2, include: [{module: m, parameters: {size: "2"}}]}
timeline:
  - {date: 2024-02-01, versions: {v1: effective}}
"#;

fn files() -> Fake {
    Fake::default()
        .with("scope.yaml", SCOPE)
        .with("clouds.yaml", "clouds:\n  base: &base {auth: {password: hunter2}}\n  gx-scs:\n    <<: *base\n    region_name: r\n")
        .with("key", "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n")
        .with("password", "hunter2\n")
}

fn problems(text: &str, files: &Fake) -> Vec<String> {
    let text = format!("format: touchstone.nightly/v1\n{text}");
    let config = Config::parse("/c/nightly.yaml", &text).unwrap_or_else(|error| panic!("{}", error.plain()));
    let known = Known { outputs: &["json", "junit"], today: "2026-11-27".parse().unwrap() };
    let found = lint(&config, files, &known);
    let (errors, warnings) = config.diagnostics(found);
    let told = [errors, warnings].into_iter().flatten().map(|told| told.plain().replace("/c/", ""));
    let told: String = told.collect();
    assert!(!told.contains("hunter2"), "{told}");
    let mut lines: Vec<String> = Vec::new();
    for line in told.lines() {
        match line.trim_start().strip_prefix("help: ") {
            Some(help) => lines.last_mut().unwrap().push_str(&format!(" | {help}")),
            None if line.starts_with("        ") => {
                lines.last_mut().unwrap().push_str(&format!(" / {}", line.trim()))
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

#[track_caller]
fn assert_told(text: &str, files: &Fake, expected: &[&str]) {
    let told = problems(text, files);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "not\n  {expected}\nin\n  {told}");
    }
}

const BASE: &str = "scopes: {iaas: {manifest: scope.yaml}}\n";
const SUBJECT: &str = "subjects: [{name: gx-scs, clouds_file: clouds.yaml}]\n";

#[test]
fn what_is_right_is_not_told() {
    let text = format!(
        "{BASE}subjects: [{{name: gx-scs, clouds_file: clouds.yaml, parameters: {{size: '3'}}, evidence: {{opc: password}}, attestations: [/c]}}]\n\
         upload: {{url: 'https://a.b/', key: key, user: u, password_file: password}}\noutputs: [junit, json]\n"
    );
    assert_told(&text, &files(), &[]);
}

#[test]
fn manifests_are_read() {
    let text = format!(
        "scopes:\n  none: {{manifest: none.yaml}}\n  old: {{manifest: scope.yaml, version: v3}}\n  broken: {{manifest: clouds.yaml}}\n{SUBJECT}"
    );
    assert_told(
        &text,
        &files(),
        &[
            "nightly.yaml:3:20: error: none.yaml cannot be read: no such file | paths are relative to the folder",
            "nightly.yaml:4:40: error: the scope has no version `v3`: did you mean `v1`?",
            "nightly.yaml:5:22: error: clouds.yaml: not a usable scope manifest: 1 problem | clouds.yaml:",
        ],
    );
    let text = "scopes: {a: {manifest: scope.yaml}, b: {manifest: scope.yaml}, c: {manifest: scope.yaml, version: v2}}\n\
                subjects: [{name: gx-scs, scopes: [a, b]}]\n";
    assert_told(
        text,
        &files(),
        &[
            "scope `b` is the same as `a`: each result would be found out twice",
            "no subject is tested against scope `c`",
        ],
    );
    let bare = Fake::default().with("scope.yaml", &SCOPE.replace("    component:", "    # component:"));
    assert_told(
        &format!("{BASE}subjects: [{{name: a}}]\n"),
        &bare,
        &["no component finds out anything that scope `iaas` asks for"],
    );
}

#[test]
fn days_and_sections_are_compared() {
    let told = |preset: &str, more: &str, expected: &[&str]| {
        let text = format!("{BASE}presets: {{p: {preset}}}\nsubjects: [{{name: gx-scs, preset: p}}]\n{more}");
        assert_told(&text, &files(), expected);
    };
    told("{}", "", &[]);
    told("{default: [light, medium], saturday: [light, medium, heavy]}", "", &[]);
    told(
        "{default: [light, medium]}",
        "",
        &["warning: preset `p` never runs `heavy`, of which scope `iaas` has 1 testcase | they stay MISS"],
    );
    told(
        "{default: [light], saturday: [light, medium, heavy]}",
        "",
        &[
            "preset `p` runs `medium` too seldom for 1 testcase of scope `iaas`, whose results count to the end of the next day only",
        ],
    );
    told(
        "{default: [light, heavy], monday: [medium], wednesday: [medium], friday: [medium]}",
        "",
        &["preset `p` runs `medium` too seldom"],
    );
    told(
        "{default: [light, heavy], monday: [medium], wednesday: [medium], friday: [medium], sunday: [medium]}",
        "",
        &[],
    );
    told(
        "{default: []}",
        "",
        &[
            "error: preset `p` runs no testcase of scope `iaas` on any day that has a night | the scope has testcases of these sections: light, medium, heavy",
        ],
    );
    // Saturday has no night.
    told(
        "{default: [light, medium], saturday: [heavy]}",
        "schedule: {at: '02:30 UTC', days: [sunday, monday, tuesday, wednesday, thursday, friday]}\n",
        &["never runs `heavy`"],
    );
    let text =
        format!("{BASE}{SUBJECT}presets: {{p: {{}}}}\nschedule: {{at: '02:30 UTC', days: [monday]}}\n");
    assert_told(
        &text,
        &files(),
        &[
            "nightly.yaml:4:11: warning: no subject has the preset `p`",
            "the schedule runs `medium` too seldom",
        ],
    );
}

#[test]
fn clouds_are_looked_for() {
    let text = format!(
        "{BASE}subjects:\n  - {{name: gx-sc, clouds_file: clouds.yaml}}\n  - {{name: b, cloud: gx, clouds_file: clouds.yaml}}\n  - {{name: c, clouds_file: later.yaml}}\n  - {{name: d, clouds_file: broken.yaml}}\n  - {{name: e, clouds_file: key}}\n"
    );
    let mut files = files().with("broken.yaml", "clouds:\n  d:\n    auth: {password: \"hunter2}\n");
    files.open = vec!["/c/clouds.yaml".into()];
    assert_told(
        &text,
        &files,
        &[
            "nightly.yaml:4:12: error: clouds.yaml has no cloud `gx-sc` | did you mean `gx-scs`?",
            "nightly.yaml:5:22: error: clouds.yaml has no cloud `gx` | known are `base`, `gx-scs`",
            "broken.yaml is not YAML, from line",
            "key has no cloud `e` | it has none at all",
            "nightly.yaml:4:32: warning: clouds.yaml can be read by everybody on this machine | it holds a secret: `chmod 600 clouds.yaml`",
            "nightly.yaml:6:28: warning: later.yaml cannot be read now: no such file | it is read anew for each run",
        ],
    );
}

#[test]
fn parameters_and_evidence_are_those_of_the_scopes() {
    let text = format!(
        "{BASE}subjects: [{{name: gx-scs, parameters: {{siz: '1', os_cloud: x}}, evidence: {{opcc: none.xml}}, attestations: [none/]}}]\n"
    );
    assert_told(
        &text,
        &files(),
        &[
            "no scope of `gx-scs` has a parameter `siz` | did you mean `size`?",
            "no scope of `gx-scs` has a parameter `os_cloud` | known are `size`",
            "no check of the scopes of `gx-scs` reads evidence `opcc` | did you mean `opc`?",
            "none.xml cannot be read now: no such file | it is read anew for each run; testcases that need it",
            "none/ cannot be read now",
        ],
    );
    let config = Config::parse("n", "format: touchstone.nightly/v1\nscopes: {a: {manifest: a}}\nsubjects: [{name: a, parameters: {size: '3', other: x}, evidence: {opc: e, more: m}}]").unwrap();
    let manifest = Manifest::parse("s", SCOPE).unwrap();
    let today = "2026-11-27".parse().unwrap();
    let given = config.subjects[0].parameters_for(&manifest, None, today);
    assert_eq!(given, BTreeMap::from([("size".to_owned(), "3".to_owned())]));
    assert_eq!(config.subjects[0].parameters_for(&manifest, Some("v2"), today), given);
    assert!(config.subjects[0].parameters_for(&manifest, None, "2023-01-01".parse().unwrap()).is_empty());
    assert_eq!(config.subjects[0].evidence_for(&manifest).into_keys().collect::<Vec<_>>(), ["opc"]);
}

#[test]
fn subjects_do_not_share_what_each_has_alone() {
    let upload = "upload: {url: 'https://a.b/', key: key, user: u, password_file: password}\n";
    let text = format!(
        "{BASE}subjects:\n  - {{name: a, cloud: gx-scs, clouds_file: clouds.yaml, monitor_subject: x}}\n  - {{name: b, cloud: gx-scs, clouds_file: clouds.yaml}}\n  - {{name: c, monitor_subject: x}}\n  - {{name: d, monitor_subject: x, upload: false}}\n  - {{name: e, cloud: c, paused: why}}\n{upload}"
    );
    assert_told(
        &text,
        &files(),
        &[
            "nightly.yaml:5:22: warning: the subjects `a` and `b` test the same cloud at the same time",
            "nightly.yaml:6:32: warning: the subjects `a` and `c` have the same name at the compliance monitor",
        ],
    );
    assert_told(
        &format!("{BASE}subjects: [{{name: a, paused: why}}]\n"),
        &files(),
        &["every subject is paused"],
    );
}

#[test]
fn what_the_monitor_would_misread_is_told() {
    let upload = "upload: {url: 'https://a.b/', key: key, user: u, password_file: password}\n";
    let scopes = "scopes: {iaas: {manifest: scope.yaml, version: v2}}\n";
    let expected = ["nightly.yaml:2:48: warning: reports of scope `iaas` are not uploaded"];
    assert_told(&format!("{scopes}subjects: [{{name: a}}]\n{upload}"), &files(), &expected);
    assert_told(&format!("{scopes}subjects: [{{name: a, upload: false}}]\n{upload}"), &files(), &[]);
}

#[test]
fn secrets_are_files_that_others_cannot_read() {
    let text = format!(
        "{BASE}{SUBJECT}upload: {{url: 'https://a.b/', key: password, user: u, password_file: none}}\nnotify:\n  webhooks:\n    - {{url: 'https://a.b/', secret_file: empty}}\n    - {{url: 'https://a.b/'}}\n  mail: {{server: s, user: u, password_file: key, from: a@b, to: [c@d]}}\nmetrics: {{file: no/metrics.prom}}\n"
    );
    let mut files = files().with("empty", " \n");
    files.open = vec!["/c/key".into()];
    assert_told(
        &text,
        &files,
        &[
            "password is not a private key of OpenSSH | `ssh-keygen -t ed25519 -f FILE` makes one; FILE is meant, not FILE.pub",
            "none cannot be read: no such file",
            "empty is empty | write the secret into it",
            "this webhook stands here twice",
            "key can be read by everybody on this machine | it holds a secret: `chmod 600 key`",
            "there is no folder no for no/metrics.prom",
        ],
    );
}

#[test]
fn waivers_are_for_subjects_and_scopes_that_there_are() {
    let waivers = |subject: &str, scope: &str, expires: &str| {
        format!(
            "format: touchstone.waivers/v1\nwaivers:\n  - {{testcase: boot, subject: {subject}, scope: {scope}, reason: r, author: a, approver: b, expires: {expires}}}\n"
        )
    };
    let files = files()
        .with("right.yaml", &waivers("gx-scs", "A scope", "2027-03-01"))
        .with("subject.yaml", &waivers("gx-sc", "A scope", "2027-03-01"))
        .with("scope.waivers.yaml", &waivers("gx-scs", "B scope", "2027-03-01"))
        .with("old.yaml", &waivers("gx-scs", "A scope", "2026-03-01"));
    // The version is effective: what it needs cannot be waived, which `waiver lint` warns of.
    let text = format!(
        "{BASE}{SUBJECT}waivers: [right.yaml, subject.yaml, scope.waivers.yaml, old.yaml, none.yaml]\n"
    );
    assert_told(
        &text,
        &files,
        &[
            "error: scope.waivers.yaml: not a usable list of waivers: 1 problem | scope.waivers.yaml:3:",
            "error: none.yaml cannot be read",
            "warning: right.yaml: a list of waivers, with 1 problem | right.yaml:3:",
            "warning: subject.yaml: a list of waivers, with 1 problem",
            "warning: subject.yaml:3:16: there is no subject `gx-sc`, for which `boot` is waived | did you mean `gx-scs`?",
            "warning: old.yaml: a list of waivers, with",
        ],
    );
}

#[test]
fn the_rest_is_looked_at() {
    let text = format!(
        "{BASE}{SUBJECT}state: no/n.db\nstores: [none, key]\ntrust: trust.yaml\nauthorities: [ca.pem]\noutputs: [json, junitt]\nlimits: {{subjects: 4, per_provider: 5}}\n"
    );
    assert_told(
        &text,
        &files(),
        &[
            "none cannot be read",
            "key is a file, not a folder",
            "trust.yaml cannot be read",
            "ca.pem cannot be read",
            "there is no output `junitt` | did you mean `junit`?",
            "there is no folder no for no/n.db",
            "`per_provider` (5) is above `subjects` (4), and limits nothing",
        ],
    );
}

#[test]
fn the_disk_is_read_within_bounds() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(Disk.read(&file).unwrap().starts_with(b"[package]"));
    assert!(!Disk.about(&file).unwrap().folder && Disk.about(file.parent().unwrap()).unwrap().folder);
    assert!(Disk.read(file.parent().unwrap()).unwrap_err().to_string().contains("no file"));
    assert!(Disk.read(Path::new("/dev/zero")).is_err());
    assert_eq!(Disk.about(Path::new("/none")).unwrap_err().kind(), ErrorKind::NotFound);
}
