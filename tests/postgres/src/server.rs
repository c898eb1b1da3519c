//! The server of this process.

use std::os::unix::fs::chown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use crate::{program, programs};

const PATIENCE: Duration = Duration::from_secs(120);

/// What runs it: a shell that ends the server when the pipe to it ends, and so with this process, however that ends.
const SCRIPT: &str = "set -e; cd \"$FOLDER\"
    [ -e data ] || $AS \"$BIN/initdb\" -D data -U touchstone -A trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1
    $AS \"$BIN/postgres\" -D data -k \"$FOLDER\" -c listen_addresses= -c fsync=off -c max_connections=300 >log 2>&1 &
    echo $! >server.pid; cat >/dev/null; kill -QUIT $! || true; wait $! || true; [ -e stay ] || rm -rf \"$FOLDER\"";

pub(crate) struct Server {
    folder: PathBuf,
    /// The shell; the server lives as long as the pipe to it is open.
    running: Mutex<Option<Child>>,
}

impl Server {
    /// The one of this process, which is started if it does not run yet.
    pub(crate) fn running() -> &'static Server {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| {
            let folder = tempfile::Builder::new().prefix("ts-pg-").tempdir().unwrap().keep();
            let server = Server { folder, running: Mutex::new(None) };
            server.start(&mut server.lock());
            server
        })
    }

    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://touchstone@{folder}/{database}")
    }

    pub(crate) fn psql(&self, database: &str, sql: &str) -> String {
        let mut psql = program("psql");
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "touchstone",
            "-d",
            database,
            "-c",
            sql,
        ]);
        let output = psql.arg("-h").arg(&self.folder).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub(crate) fn restart(&self) {
        let mut running = self.lock();
        let stay = self.folder.join("stay");
        std::fs::write(&stay, "").unwrap();
        let mut shell = running.take().unwrap();
        drop(shell.stdin.take());
        shell.wait().unwrap();
        std::fs::remove_file(&stay).unwrap();
        self.start(&mut running);
    }

    fn start(&self, running: &mut Option<Child>) {
        let mut shell = Command::new("sh");
        // PostgreSQL refuses to be root.
        let user = (id(&["-u"]) == Some(0)).then(|| {
            let user = id(&["-u", "postgres"]).or_else(|| id(&["-u", "nobody"])).unwrap();
            chown(&self.folder, Some(user), None).unwrap();
            format!("setpriv --reuid={user} --clear-groups ")
        });
        let libraries = programs::folder().libraries.iter();
        let shell = shell
            .args(["-c", SCRIPT])
            .env("AS", user.unwrap_or_default())
            .env("BIN", &programs::folder().bin)
            .env("FOLDER", &self.folder)
            .env("LC_ALL", "C")
            .envs(libraries.map(|path| ("LD_LIBRARY_PATH", path)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        let shell = running.insert(shell.unwrap());
        let begun = Instant::now();
        while !self.is_ready() {
            let log = |name: &str| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            let (has_ended, late) = (shell.try_wait().unwrap().is_some(), begun.elapsed() > PATIENCE);
            assert!(!has_ended && !late, "PostgreSQL does not start:\n{}\n{}", log("initdb.log"), log("log"));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        let log = std::fs::read_to_string(self.folder.join("log"));
        log.is_ok_and(|log| log.contains("ready to accept connections"))
            && UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap()
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
