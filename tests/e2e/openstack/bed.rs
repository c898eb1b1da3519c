use std::fs::File;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::client::Client;
use crate::harness::{Ran, Touchstone, repo};

/// The real OpenStack of `tests/openstack`, for one test at a time: what is in it is the test's own, and is removed
/// when the test is over.
#[derive(Debug)]
pub(super) struct Bed {
    home: &'static Path,
    folder: TempDir,
    client: Client,
    /// Locked for as long as the bed is ours: other tests, in this process or another, wait. It holds a word while
    /// there may be something in the bed.
    lock: File,
}

impl Bed {
    /// Brings the bed up, which takes minutes when it has to be installed, and waits until no other test uses it.
    pub(super) fn open() -> Self {
        let home = up();
        let lock = File::options().create(true).append(true).open(home.join("tests.lock"));
        let lock = lock.expect("the bed's folder can be written");
        lock.lock().expect("files can be locked");
        let bed = Bed {
            home,
            folder: tempfile::tempdir().expect("temporary folders can be made"),
            client: Client::default(),
            lock,
        };
        let is_empty = bed.lock.metadata().is_ok_and(|lock| lock.len() == 0);
        if !is_empty {
            bed.client.remove_all();
        }
        writeln!(&bed.lock, "in use").expect("the bed's folder can be written");
        bed
    }

    /// The `openstack` command-line client, as the administrator.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The file that names the clouds `tester`, `tester-appcred`, `reader` and `admin`.
    pub(super) fn clouds_yaml(&self) -> PathBuf {
        self.home.join("clouds.yaml")
    }

    /// Writes a file into the folder of the test.
    pub(super) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("files can be written");
        path
    }

    /// A run against the bed, as one of the users of its clouds.yaml. What it writes holds no secret of the bed.
    pub(super) fn run(&self, scope: &Path, cloud: &str, arguments: &[&str]) -> Ran {
        self.run_with(&self.clouds_yaml(), scope, cloud, arguments)
    }

    /// As [`Bed::run`], with another clouds.yaml.
    pub(super) fn run_with(&self, clouds_yaml: &Path, scope: &Path, cloud: &str, arguments: &[&str]) -> Ran {
        let ran = Touchstone::new(self.folder.path())
            .arg("run")
            .arg(scope)
            .args(["--cloud", cloud])
            .args(arguments)
            .env("OS_CLIENT_CONFIG_FILE", clouds_yaml)
            .report(self.folder.path().join("report.json"))
            .run();
        ran.assert_without(&self.secrets());
        ran
    }

    /// The binary, in the folder of the test, with the clouds of the bed.
    pub(super) fn touchstone(&self) -> Touchstone<'static> {
        Touchstone::new(self.folder.path()).env("OS_CLIENT_CONFIG_FILE", self.clouds_yaml())
    }

    /// What must not be found anywhere.
    pub(super) fn secrets(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.clouds_yaml()).expect("the bed has a clouds.yaml");
        let secret = |line: &str| {
            let (key, value) = line.split_once(": ")?;
            ["password", "application_credential_secret"].contains(&key.trim()).then(|| value.to_owned())
        };
        let secrets: Vec<String> = text.lines().filter_map(secret).collect();
        assert_eq!(secrets.len(), 4, "every cloud of the clouds.yaml has a secret");
        // So does every token of keystone begin.
        secrets.into_iter().chain(["gAAAAA".to_owned()]).collect()
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        match catch_unwind(AssertUnwindSafe(|| self.client.remove_all())) {
            Ok(()) => self.lock.set_len(0).expect("the bed's folder can be written"),
            // The test fails anyhow, and the next one removes what is left.
            Err(_) if std::thread::panicking() => {}
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// Brings the bed up, once for each run of the tests, and returns its folder. What it does is shown on the terminal.
fn up() -> &'static Path {
    static HOME: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let home = HOME.get_or_init(|| {
        let output = bed_command().arg("up").stdout(Stdio::inherit()).stderr(Stdio::piped()).output();
        let output = output.expect("the script is there");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let output = bed_command().arg("folder").output().expect("the script is there");
        Ok(PathBuf::from(String::from_utf8(output.stdout).expect("the folder is UTF-8").trim()))
    });
    match home {
        Ok(home) => home,
        Err(complaint) => panic!(
            "the real OpenStack that this test needs cannot be brought up; `tests/openstack/bed up` says:\n{complaint}"
        ),
    }
}

/// The script of the bed, to which a command is to be added.
pub(super) fn bed_command() -> Command {
    let mut script = Command::new(repo().join("tests/openstack/bed"));
    script.stdin(Stdio::null());
    script
}
