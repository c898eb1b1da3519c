//! A real registry: Debian's `docker-registry`, unpacked into the cache of the user, without root. `host/registry`'s own
//! tests include this file as well.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The user of a registry that asks who one is.
#[allow(dead_code, reason = "only one of the two that include this file needs it")]
pub(crate) const USER: &str = "tester";

/// The user's password.
#[allow(dead_code, reason = "only one of the two that include this file needs it")]
pub(crate) const PASSWORD: &str = "open sesame";

/// The line of an htpasswd file for that user: bcrypt, which is all that the registry takes.
const HTPASSWD: &str = "tester:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

/// `USER:PASSWORD`, in base64.
const BASIC: &str = "dGVzdGVyOm9wZW4gc2VzYW1l";

/// How long a registry may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A registry on this machine, with nothing in it. It ends, and all that is in it with it, when this goes.
#[derive(Debug)]
pub(crate) struct DockerRegistry {
    process: Child,
    folder: TempDir,
    host: String,
}

impl DockerRegistry {
    /// A registry for everybody, over plain HTTP.
    pub(crate) fn open() -> Self {
        Self::start(false, None)
    }

    /// A registry that asks who one is, or does not; with a certificate and its key, both PEM, over TLS as `localhost`.
    pub(crate) fn start(asks: bool, tls: Option<(&str, &str)>) -> Self {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::write(&path, content).expect("files can be written");
            path.display().to_string()
        };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("there are free ports").port();
        let mut config = format!(
            "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: \
             {}}}}}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().join("data").display()
        );
        if let Some((certificate, key)) = tls {
            let (certificate, key) = (write("tls.pem", certificate), write("tls.key", key));
            config += &format!("  tls: {{certificate: {certificate}, key: {key}}}\n");
        }
        if asks {
            config +=
                &format!("auth: {{htpasswd: {{realm: tests, path: {}}}}}\n", write("htpasswd", HTPASSWD));
        }
        let config = write("config.yml", &config);
        let log = File::create(folder.path().join("log")).expect("files can be written");
        let process = Command::new(program())
            .args(["serve", &config])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("files can be shared"))
            .stderr(log)
            .spawn()
            .expect("the registry can be started");
        let host = if tls.is_some() { format!("localhost:{port}") } else { format!("127.0.0.1:{port}") };
        let mut registry = DockerRegistry { process, folder, host };
        if registry.is_up(port) {
            return registry;
        }
        let said = fs::read_to_string(registry.folder.path().join("log")).unwrap_or_default();
        assert!(said.contains("address already in use"), "the registry does not start:\n{said}");
        // Somebody else took the port before the registry had it.
        Self::start(asks, tls)
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A folder for `$DOCKER_CONFIG`, with the user's credentials for this registry.
    pub(crate) fn docker_config(&self) -> PathBuf {
        let folder = self.folder.path().join("docker");
        fs::create_dir_all(&folder).expect("folders can be made");
        let config = format!(r#"{{"auths": {{"{}": {{"auth": "{BASIC}"}}}}}}"#, self.host);
        fs::write(folder.join("config.json"), config).expect("files can be written");
        folder
    }

    /// The file of a blob, or of a manifest, in the registry.
    pub(crate) fn blob(&self, hex: &str) -> PathBuf {
        let blobs = self.folder.path().join("data/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }

    fn is_up(&mut self, port: u16) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if self.process.try_wait().expect("processes can be asked").is_some() {
                return false;
            }
            if TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        // It may have ended by itself; in either case it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, which is fetched when it is not there yet.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache =
            cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache"))).expect("there is a home");
        let folder = cache.join("touchstone/registry");
        fs::create_dir_all(&folder).expect("the cache can be written");
        let lock = File::create(folder.join("lock")).expect("the cache can be written");
        lock.lock().expect("files can be locked");
        let program = folder.join("root/usr/bin/docker-registry");
        if !program.exists() {
            let script = repo().join("tests/openstack/debs");
            let fetched = Command::new(script).arg(folder.join("root")).arg("docker-registry").output();
            let fetched = fetched.expect("the script is there");
            assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
        }
        program
    })
}

/// The root of the repository.
fn repo() -> &'static Path {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.find(|folder| folder.join("Cargo.lock").exists()).expect("the tests lie in the repository")
}
