use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::components::toolchain;
use super::{Cloud, Ran, binary, kept};

/// No run takes longer, or something hangs that should not.
const PATIENCE: Duration = Duration::from_secs(600);

/// The binary as a user calls it: with an environment of its own, so that no test sees the cloud, the home or the
/// settings of whoever runs the tests.
pub(crate) struct Touchstone<'a> {
    command: Command,
    cloud: Option<&'a Cloud>,
    report: Option<PathBuf>,
}

impl<'a> Touchstone<'a> {
    /// A call in this folder, which is also the home. Compiled code is cached for all tests together; the log is
    /// written as talkatively as can be, because its text must hold no secret either.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut command = Command::new(binary());
        command
            .current_dir(folder)
            .env_clear()
            .envs(toolchain())
            .env("HOME", folder)
            .env("XDG_CACHE_HOME", kept("cache"))
            .env("TOUCHSTONE_LOG", "trace");
        Touchstone { command, cloud: None, report: None }
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Logs what users see who ask for no log: errors.
    pub(crate) fn without_log(mut self) -> Self {
        self.command.env_remove("TOUCHSTONE_LOG");
        self
    }

    /// Asks for the report in this file.
    pub(crate) fn report(mut self, file: PathBuf) -> Self {
        self.command.arg("-o").arg(&file);
        self.report = Some(file);
        self
    }

    /// Without any network: in a network namespace of its own, where not even the loopback is up. A machine that does not let
    /// its users have one cannot run the test.
    pub(crate) fn offline(self) -> Self {
        self.below("unshare", &["--net", "--map-root-user"])
    }

    /// With a disk mounted at a folder that is full, for this command only.
    pub(crate) fn with_full_disk(self, folder: &str) -> Self {
        let script = format!(
            "mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/other && exec \"$0\" \"$@\""
        );
        self.below("unshare", &["--map-root-user", "--mount", "sh", "-c", &script])
    }

    /// Started by another program, which is given these arguments first.
    fn below(self, program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).arg(self.command.get_program()).args(self.command.get_args());
        let set = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.env_clear().envs(set);
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        Touchstone { command, ..self }
    }

    /// What is written is searched for these secrets when it has ended.
    pub(super) fn secrets_of(mut self, cloud: &'a Cloud) -> Self {
        self.cloud = Some(cloud);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ran {
        self.start().wait()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Started<'a> {
        let shown = format!("{:?}", self.command);
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stderr = Some(read(child.stderr.take().expect("it is piped")));
        Started {
            child,
            stdout: None,
            stderr,
            cloud: self.cloud,
            report: self.report,
            shown,
            started: Instant::now(),
        }
    }
}

/// A run that goes on.
pub(crate) struct Started<'a> {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    cloud: Option<&'a Cloud>,
    report: Option<PathBuf>,
    shown: String,
    started: Instant,
}

impl Started<'_> {
    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let status = Command::new("sh").args(["-c", &format!("kill -INT {}", self.child.id())]).status();
        assert!(status.expect("there is a shell").success(), "the process is there");
    }

    /// Ends it as a power cut does: it is given no time for anything.
    pub(crate) fn kill_at_once(mut self) {
        self.kill();
    }

    /// Waits for its end without reading what it writes to standard output, as a pipe does that nobody reads.
    pub(crate) fn wait_unread(mut self, patience: Duration) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
        None
    }

    /// Waits for its end, and looks at all that it wrote: a report must be one of the published schema, and no secret
    /// of the cloud may be found.
    pub(crate) fn wait(mut self) -> Ran {
        self.stdout = Some(read(self.child.stdout.take().expect("it is piped")));
        let (mut peak_memory, mut computed) = (0, Duration::ZERO);
        let status = loop {
            peak_memory = peak_memory_of(self.child.id()).unwrap_or(0).max(peak_memory);
            computed = computed_by(self.child.id()).unwrap_or_default().max(computed);
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            if self.started.elapsed() > PATIENCE {
                self.kill();
                panic!("{} does not end", self.shown);
            }
            std::thread::sleep(Duration::from_millis(3));
        };
        let took = self.started.elapsed();
        let text = |reader: Option<JoinHandle<Vec<u8>>>| {
            let bytes = reader.expect("it is read once").join().expect("readers do not panic");
            String::from_utf8(bytes).expect("what it writes is UTF-8")
        };
        let ran = Ran {
            code: status.code(),
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            report_text: self.report.as_ref().and_then(|file| std::fs::read_to_string(file).ok()),
            took,
            computed,
            peak_memory,
            shown: std::mem::take(&mut self.shown),
        };
        if let Some(cloud) = self.cloud {
            ran.assert_without(&cloud.secrets());
        }
        ran.assert_report_fits_schema();
        ran
    }

    fn kill(&mut self) {
        // It may have ended meanwhile.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(mut source: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

/// The most memory that a process ever had resident, in bytes, as Linux counts it.
fn peak_memory_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// The time that a process has computed, as Linux counts it: in hundredths of a second.
fn computed_by(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11).map(str::parse::<u64>);
    let (user, system) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some(Duration::from_millis((user + system) * 10))
}
