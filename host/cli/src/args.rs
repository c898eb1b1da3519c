mod check;
mod components;
mod nightly;
mod report;
mod results;
mod waiver;
mod worker;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use regex::Regex;
use touchstone_scope::Section;

pub(crate) use self::check::{CheckCommand, Lang};
pub(crate) use self::components::{
    ComponentArgs, FetchArgs, LoadArgs, PullArgs, PushArgs, RegistryArgs, SaveArgs, StoreArgs, TrustCommand,
};
pub(crate) use self::nightly::{NightArgs, NightlyArgs, NightlyCommand};
pub(crate) use self::report::ReportCommand;
pub(crate) use self::results::{DiffArgs, HistoryArgs, ResultsArgs, StatusArgs, TableFormat};
pub(crate) use self::waiver::WaiverCommand;
pub(crate) use self::worker::WorkerArgs;
use crate::exit;

/// Conformance tests for clouds: tells whether a cloud conforms to a standard, in a way that anyone can check again.
#[derive(Debug, Parser)]
#[command(name = "touchstone", version, propagate_version = true, after_help = exit::TABLE)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Test a cloud against a scope.
    Run(RunArgs),
    /// Test many clouds against many scopes, every night, unattended.
    Nightly(NightlyArgs),
    /// Test the subjects that `touchstone nightly --hand-out` on another machine hands out, with credentials of this one.
    Worker(WorkerArgs),
    /// Judge recorded runs again, by their tapes, without the cloud: against the scope of then, or another one.
    Replay(ReplayArgs),
    /// Say whether a report is what comes of a tape, a scope and its components, and who signed it.
    Verify(VerifyArgs),
    /// Sign a report: an in-toto statement, and a signature for `ssh-keygen -Y verify`.
    Sign(SignArgs),
    /// Hand reports on: in the formats of other programs, or for people.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Look at tapes, and take things out of them.
    #[command(subcommand)]
    Tape(TapeCommand),
    /// Remove what runs created and could not remove any more: because they were killed, or the cloud did not let them.
    Cleanup(CleanupArgs),
    /// Write down what people found out about a manual testcase, for `run --attestations`.
    Attest(AttestArgs),
    /// Test a simulated, imperfect cloud against the scope "SCS-compatible IaaS": no cloud, no account needed.
    Demo(DemoArgs),
    /// Say which subject passes which versions of which scopes, by the results of all nights.
    Status(StatusArgs),
    /// Say how a subject did, night by night.
    History(HistoryArgs),
    /// Say what is other in one night than in another; ends in 1 if something fails that did not.
    Diff(DiffArgs),
    /// Serve a simulated OpenStack on this machine, for other clients.
    Simulate(SimulateArgs),
    /// Look at and edit scope manifests.
    #[command(subcommand)]
    Scope(ScopeCommand),
    /// Bring a component, with its signatures, from a store into a registry.
    Push(PushArgs),
    /// Bring a component, with its signatures, from a registry into a store.
    Pull(PullArgs),
    /// Write components, with their signatures, to one file: for machines without network.
    Save(SaveArgs),
    /// Put the components of such a file into a store.
    Load(LoadArgs),
    /// Look at trust policies: which components may run.
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Look at waivers: which testcases may stay as they are, and until when.
    #[command(subcommand)]
    Waiver(WaiverCommand),
    /// Make, look at and publish checks.
    #[command(subcommand)]
    Check(CheckCommand),
    /// Say which version this is.
    Version {
        /// Also say for which versions of the contract components may be built.
        #[arg(long)]
        wit: bool,
    },
    /// What we start ourselves as, to compile components that nobody vouches for.
    #[command(hide = true, name = touchstone_runtime::CHILD_COMMAND)]
    CompileComponent {
        #[allow(missing_docs)]
        memory_bytes: u64,
        #[allow(missing_docs)]
        seconds: u64,
    },
}

impl Cli {
    pub(crate) fn verbose(&self) -> bool {
        match &self.command {
            Command::Run(args) => args.output.verbose,
            Command::Replay(args) => args.output.verbose,
            Command::Demo(args) => args.output.verbose,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The scope manifest.
    #[arg(value_name = "SCOPE.yaml")]
    pub(crate) scope: PathBuf,
    /// The cloud, by its name in clouds.yaml [default: $OS_CLOUD, or what the OS_* variables say].
    #[arg(long, value_name = "NAME")]
    pub(crate) cloud: Option<String>,
    /// The subject's name in the report [default: the cloud's].
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Option<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) components: ComponentArgs,
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
    /// Lower what any check may have, whatever the manifest grants it: `wall=30s`, `memory=32MiB`, `calls=100`,
    /// `in_flight=4`, `response_bytes=8MiB`, `findings=100`, `log_bytes=64KiB`. May be repeated.
    #[arg(long, value_name = "LIMIT=VALUE")]
    pub(crate) ceiling: Vec<String>,
    /// Hand in results of another tool that a check of the scope reads. May be repeated.
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) evidence: Vec<String>,
    /// An attestation that `touchstone attest` wrote, or a folder of them (`*.json`). May be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) attestations: Vec<PathBuf>,
    /// Run although the user is an administrator or a manager.
    #[arg(long)]
    pub(crate) allow_privileged: bool,
    /// Record what checks see to this file, so that the verdicts can be computed again (`touchstone replay`, `verify`). It
    /// holds what the cloud answered, and is readable for you only.
    #[arg(long, value_name = "FILE.tape")]
    pub(crate) record: Option<PathBuf>,
    /// Sign the report with this key (ed25519, as `ssh-keygen` makes them), as `touchstone sign` does.
    #[arg(long, value_name = "KEY", requires = "output")]
    pub(crate) sign: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Tapes, or folders of them (`*.tape`).
    #[arg(value_name = "FILE.tape|DIR", required = true)]
    pub(crate) tapes: Vec<PathBuf>,
    /// The scope manifest.
    #[arg(long, value_name = "SCOPE.yaml")]
    pub(crate) scope: PathBuf,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) components: ComponentArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The report.
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    /// The tape of the run.
    #[arg(long, value_name = "FILE.tape")]
    pub(crate) tape: PathBuf,
    /// The scope manifest [default: the one of that hash among those that come along, with their components].
    #[arg(long, value_name = "SCOPE.yaml")]
    pub(crate) scope: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) components: ComponentArgs,
    /// Who may have signed it, in the format of ssh-keygen(1). Without it no signature is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The report. The signatures are written beside it: REPORT.json.sig and REPORT.json.dsse.
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    /// The key: ed25519, as `ssh-keygen` makes them. The passphrase of one that has one is taken from
    /// $TOUCHSTONE_KEY_PASSPHRASE.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TapeCommand {
    /// Say what is on a tape: each call, its status, bytes and time.
    Show {
        /// The tape.
        #[arg(value_name = "FILE.tape")]
        file: PathBuf,
        /// Only the calls of this check, as `ID` or `ID@VERSION`.
        #[arg(long, value_name = "ID")]
        check: Option<String>,
        /// As JSON, one call a line, with the bodies.
        #[arg(long)]
        json_lines: bool,
    },
    /// Copy a tape without what rules say, and mark the copy.
    Redact {
        /// The tape.
        #[arg(value_name = "FILE.tape")]
        file: PathBuf,
        /// The rules (docs/tape.md).
        #[arg(long, value_name = "RULES.yaml")]
        rules: PathBuf,
        /// The copy.
        #[arg(short, long, value_name = "FILE.tape")]
        output: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// The cloud, by its name in clouds.yaml [default: $OS_CLOUD, or what the OS_* variables say].
    #[arg(long, value_name = "NAME")]
    pub(crate) cloud: Option<String>,
    /// Only what runs created that started longer ago than this: `30m`, `2h`, `3d`.
    #[arg(long, value_name = "TIME")]
    pub(crate) older_than: Option<jiff::SignedDuration>,
    /// Also remove what has a name that only runs of Touchstone give and is in no journal of this machine: what a run on
    /// another machine left, or one whose journal is lost. Runs that still go on elsewhere are not known: say for how
    /// long none has.
    #[arg(long, requires = "older_than")]
    pub(crate) strays: bool,
    /// The folder with the journals [default: that of `touchstone run`; nights have `FOLDER/journal/SUBJECT`].
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The scope manifest.
    #[arg(value_name = "SCOPE.yaml")]
    pub(crate) scope: PathBuf,
    /// The testcase, a manual one of the scope.
    #[arg(long, value_name = "ID")]
    pub(crate) testcase: String,
    /// The subject, as reports name it.
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// What was found out.
    #[arg(long, value_enum)]
    pub(crate) verdict: AttestedVerdict,
    /// Who found it out: name, organisation, address.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    /// The document that shows it.
    #[arg(long, value_name = "URL", requires = "document_hash")]
    pub(crate) document: Option<String>,
    /// A copy of the document, for its SHA-256.
    #[arg(long, value_name = "FILE", group = "document_hash")]
    pub(crate) document_file: Option<PathBuf>,
    /// The SHA-256 of the document: `sha256:…`.
    #[arg(long, value_name = "HASH", group = "document_hash")]
    pub(crate) document_sha256: Option<String>,
    /// Why, in a few words.
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Where to write it [default: SUBJECT-TESTCASE-DATE.attestation.json in the current folder].
    #[arg(short, long, value_name = "FILE.json")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AttestedVerdict {
    Pass,
    Fail,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// One version of the scope [default: all that the timeline shows on the date].
    #[arg(long, value_name = "VERSION")]
    pub(crate) scope_version: Option<String>,
    /// The date that counts as today, in UTC [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Run only testcases whose id matches; those left out are MISS.
    #[arg(long, value_name = "REGEX")]
    pub(crate) tests: Option<Regex>,
    /// Run only testcases of these sections: light, medium, heavy; those left out are MISS.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) sections: Vec<Section>,
    /// Give a parameter another value than the manifest does. May be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) param: Vec<String>,
}

impl SelectionArgs {
    /// Whether nothing was said.
    pub(crate) fn is_default(&self) -> bool {
        self.scope_version.is_none()
            && self.date.is_none()
            && self.tests.is_none()
            && self.sections.is_empty()
            && self.param.is_empty()
    }

    pub(crate) fn sections(&self) -> Option<BTreeSet<Section>> {
        (!self.sections.is_empty()).then(|| self.sections.iter().copied().collect())
    }
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write the report as JSON to this file; `-` for standard output, and nothing else there.
    #[arg(short, long, value_name = "FILE.json")]
    pub(crate) output: Option<PathBuf>,
    /// Write what happens to standard output while it happens: one JSON object a line, and nothing else there.
    #[arg(long, conflicts_with_all = ["quiet", "verbose"])]
    pub(crate) json_lines: bool,
    /// Say one line for each version only.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show all findings, not only the first of each testcase.
    #[arg(long)]
    pub(crate) all_findings: bool,
    /// Say also what passed, and what each component used.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// A scenario (YAML), or one that comes along: `demo` or `perfect`.
    #[arg(long, value_name = "FILE", default_value = "demo")]
    pub(crate) scenario: String,
    /// The port on 127.0.0.1; 0 for any free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Also write the clouds.yaml to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) clouds_yaml: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScopeCommand {
    /// Say what is wrong with manifests, at file, line and column.
    Lint {
        /// The manifests.
        #[arg(value_name = "SCOPE.yaml", required = true)]
        files: Vec<PathBuf>,
    },
    /// Show which version includes which module, and the states of the versions.
    Show {
        /// The manifest.
        #[arg(value_name = "SCOPE.yaml")]
        file: PathBuf,
        /// The date that counts as today, in UTC [default: today].
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
        /// As what.
        #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Write the hash of a published check into a manifest. Comments and layout stay.
    Pin {
        /// The manifest.
        #[arg(value_name = "SCOPE.yaml")]
        file: PathBuf,
        /// The check, as `ID` (the version that the manifest has) or `ID@VERSION` [default: all checks of the manifest
        /// that the store has].
        #[arg(value_name = "CHECK[@VERSION]")]
        check: Option<String>,
        #[command(flatten)]
        stores: StoreArgs,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ShowFormat {
    Text,
    Markdown,
}
