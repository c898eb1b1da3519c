//! docs/authors.md, followed to the letter: every command in it, in its order, in an empty folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::{DockerRegistry, Touchstone, binary, repo};

/// What the guide leaves behind.
pub(crate) struct Followed {
    folder: tempfile::TempDir,
}

impl Followed {
    pub(crate) fn scope(&self) -> PathBuf {
        self.folder.path().join("scope.yaml")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("components")
    }

    pub(crate) fn policy(&self) -> PathBuf {
        self.folder.path().join("trust.yaml")
    }

    fn report(&self) -> Value {
        let text = fs::read_to_string(self.folder.path().join("report.json")).expect("there is a report");
        serde_json::from_str(&text).expect("it is JSON")
    }
}

/// The commands of the guide: what its blocks of `sh` hold.
fn commands() -> String {
    let guide = fs::read_to_string(repo().join("docs/authors.md")).expect("there is a guide");
    let mut script =
        String::from("set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nset -x\n");
    let mut inside = false;
    for line in guide.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                script += line;
                script.push('\n');
            }
            _ => {}
        }
    }
    assert!(script.lines().count() > 50, "the guide has lost its commands");
    script
}

/// Follows the guide, once for each run of the tests.
pub(crate) fn followed() -> &'static Followed {
    static FOLLOWED: OnceLock<Followed> = OnceLock::new();
    FOLLOWED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let registry = DockerRegistry::open();
        let path = std::env::var("PATH").expect("there is a path");
        let bin = binary().parent().expect("it lies in a folder").display().to_string();
        let output = Command::new("bash")
            .args(["-c", &commands()])
            .current_dir(folder.path())
            .env("PATH", format!("{bin}:{path}"))
            .env("REGISTRY", registry.host())
            .env_remove("TOUCHSTONE_STORE")
            .env_remove("TOUCHSTONE_TRUST")
            .env_remove("OS_CLOUD")
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
        Followed { folder }
    })
}

/// The ids of the testcases of the guide.
pub(crate) const TESTCASES: [&str; 3] =
    ["memory-rust-memory", "memory-python-memory", "memory-javascript-memory"];

#[test]
fn the_guide_leads_where_it_says() {
    let report = followed().report();
    for testcase in TESTCASES {
        let result = &report["testcases"][testcase];
        assert_eq!(result["verdict"], "FAIL", "{testcase}: {report:#}");
        assert_eq!(result["findings"][0]["resource"]["name"], "perfect.tiny", "{testcase}");
    }
}

/// The new version of the Rust check asks for half as much memory, which all flavors of the recorded cloud have.
#[test]
fn what_changes_between_two_versions_is_told() {
    let followed = followed();
    let ran = Touchstone::new(followed.folder.path())
        .args(["check", "diff", "memory-rust@0.1.0", "memory-rust@0.2.0", "--store", "components"])
        .args(["--scope", "scope.yaml", "--tapes", "run.tape"])
        .run();
    ran.assert_exit(1);
    for told in [
        "version    - 0.1.0",
        "           + 0.2.0",
        "judged 1 tape with both",
        "memory-rust-memory",
        "PASS",
        "FAIL",
    ] {
        assert!(ran.stdout.contains(told), "{told:?}: {ran}");
    }
    let same = Touchstone::new(followed.folder.path())
        .args(["check", "diff", "memory-rust@0.1.0", "memory-rust@0.1.0", "--store", "components"])
        .args(["--scope", "scope.yaml", "--tapes", "run.tape"])
        .run();
    same.assert_exit(0);
    assert!(same.stdout.contains("the same bytes"), "{same}");
}

#[test]
fn what_a_toolchain_drags_in_is_shown_as_empty() {
    let inspect = |component: &str| {
        let ran = Touchstone::new(Path::new("."))
            .args(["check", "inspect", component, "--store"])
            .arg(followed().store())
            .run();
        ran.assert_exit(0);
        ran.stdout
    };
    for name in ["memory-rust@0.1.0", "memory-python@0.1.0", "memory-javascript@0.1.0"] {
        let told = inspect(name);
        assert!(told.contains("touchstone:check/openstack@"), "{told}");
        for line in told.lines().filter(|line| line.contains("wasi:")) {
            assert!(line.ends_with("(frozen: nothing is behind it)"), "{line}");
        }
    }
}
