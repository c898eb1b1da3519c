//! The server, its Python packages, and its certificate.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use touchstone_notify::MailTls;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    process: Child,
    said: Receiver<Value>,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(mode: &str, tls: MailTls) -> Server {
        let tls = match tls {
            MailTls::StartTls => "starttls",
            MailTls::Implicit => "implicit",
            MailTls::None => "none",
        };
        let files = authority();
        let mut process = python()
            .arg(here().join("server.py"))
            .args([mode, tls])
            .args([&files.certificate, &files.key])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let told = serde_json::from_str(&line).expect("the server writes JSON");
                if sender.send(told).is_err() {
                    return;
                }
            }
        });
        let mut server = Server { process, said, port: 0 };
        let port = server.next()["port"].as_u64().expect("a port");
        server.port = u16::try_from(port).expect("a port");
        server
    }

    /// What it says next.
    pub(crate) fn next(&self) -> Value {
        self.said.recv_timeout(PATIENCE).expect("the server says something")
    }

    /// It got nothing that it would tell of.
    pub(crate) fn said_nothing(&self) {
        let said = self.said.recv_timeout(Duration::from_millis(300));
        assert!(said.is_err(), "{said:?}");
    }

    /// What a script prints that reads `input`.
    pub(crate) fn python(&self, script: &str, input: &str) -> String {
        let mut process = python()
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let written = process.stdin.take().expect("it is piped").write_all(input.as_bytes());
        written.expect("it reads");
        let output = process.wait_with_output().expect("it ends");
        assert!(output.status.success(), "the script failed: {}", output.status);
        String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; in either case it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) struct Authority {
    pub(crate) file: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

/// An authority, and a certificate of it for `localhost`.
pub(crate) fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("mail-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::write(&path, text).expect("it can be written");
            path
        };
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&key).expect("a certificate");
        let issuer = Issuer::new(authority, key);
        let own_key = KeyPair::generate().expect("a key");
        let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let own = own.signed_by(&own_key, &issuer).expect("a certificate");
        Authority {
            file: write("authority.pem", root.pem()),
            certificate: write("certificate.pem", own.pem()),
            key: write("key.pem", own_key.serialize_pem()),
        }
    })
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail")
}

/// Python with the server's packages.
fn python() -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages()).env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// The folder of the server's packages; they are fetched when they are not there yet, and compared by their hashes.
fn packages() -> &'static Path {
    static PACKAGES: OnceLock<PathBuf> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("aiosmtpd-1.4.6");
        let lock = File::create(folder.with_extension("lock")).expect("the target folder can be written");
        lock.lock().expect("files can be locked");
        if !folder.exists() {
            let part = folder.with_extension("part");
            let _ = fs::remove_dir_all(&part);
            let fetched = Command::new("python3")
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"])
                .args(["--no-deps", "--only-binary", ":all:", "--requirement"])
                .arg(here().join("requirements.txt"))
                .arg("--target")
                .arg(&part)
                .output()
                .expect("this test needs python3");
            let why = String::from_utf8_lossy(&fetched.stderr);
            assert!(fetched.status.success(), "aiosmtpd could not be fetched with `python3 -m pip`: {why}");
            fs::rename(&part, &folder).expect("it can be renamed");
        }
        folder
    })
}
