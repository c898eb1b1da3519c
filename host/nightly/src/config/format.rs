//! The format of a configuration, said once: from these types come the JSON Schema, the checks of structure, and the help in
//! messages. Nothing is read into them; `read` makes a [`Config`](super::Config) of the tree.
#![expect(dead_code, reason = "the schema is made of them")]

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use touchstone_scope::Section;

/// The name of the format that this crate reads.
pub(super) const FORMAT: &str = "touchstone.nightly/v1";

/// The JSON Schema (2020-12) of a configuration; published as `docs/schemas/nightly.schema.json`. It says everything about
/// the structure, and little about names, times and files: `touchstone nightly lint` says more.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    settings.into_generator().into_root_schema_for::<File>().to_value()
}

/// What is left out has no value: `null` is none either.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &Value| *value == json!("null") || *value == json!({"type": "null"});
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| !is_null(one));
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|one| !is_null(one));
        if let [Value::Object(one)] = choices.as_slice() {
            let one = one.clone();
            schema.remove("anyOf");
            for (key, value) in one {
                schema.insert(key, value);
            }
        }
    }
}

/// Which clouds are tested against which scopes, when, within which limits, and who is told.
#[derive(JsonSchema)]
#[schemars(title = "a configuration", deny_unknown_fields)]
pub(super) struct File {
    /// Name and version of this format.
    format: Format,
    /// What the runner remembers: a file of SQLite, relative to this file, or `postgres://USER@HOST/DATABASE`, whose password is in
    /// `PGPASSWORD` or `PGPASSFILE`. Default: `nightly.db`.
    state: Option<Text>,
    /// Where reports, tapes and logs go, relative to this file. Default: `nightly`.
    folder: Option<Text>,
    /// When nights begin. Needed unless `--once` is given each time.
    schedule: Option<Schedule>,
    /// How much at a time, and for how long.
    limits: Option<Limits>,
    /// Folders with components, as `touchstone run --store` takes them. Default: those that come along.
    stores: Option<Vec<Text>>,
    /// The trust policy, as `touchstone run --trust` takes it. Default: none.
    trust: Option<Text>,
    /// `true`: components that no store has are not fetched from registries. Default: `false`.
    offline: Option<bool>,
    /// The scopes, by names that are used here only.
    #[schemars(extend("minProperties" = 1))]
    scopes: BTreeMap<Name, Scope>,
    /// Which sections run on which day, by name.
    presets: Option<BTreeMap<Name, Preset>>,
    /// The clouds.
    #[schemars(length(min = 1))]
    subjects: Vec<Subject>,
    /// Files with waivers. Default: none.
    waivers: Option<Vec<Text>>,
    /// Whether tapes are kept, from which verdicts can be computed again. Default: `true`.
    record: Option<bool>,
    /// What is written for each run beside the report, by the names that `touchstone report convert` knows. Default: `[json]`.
    outputs: Option<Vec<Text>>,
    /// PEM files with certificate authorities to believe beside those of the machine: for `upload` and `notify`. Those of clouds are
    /// in clouds.yaml. Default: none.
    authorities: Option<Vec<Text>>,
    /// The compliance monitor that gets the reports. Default: none.
    upload: Option<Upload>,
    /// Who is told when a verdict changes. Default: nobody.
    notify: Option<Notify>,
    /// Figures for Prometheus. Default: none.
    metrics: Option<Metrics>,
}

#[derive(JsonSchema)]
#[schemars(title = "a format that this program reads")]
enum Format {
    #[schemars(rename = "touchstone.nightly/v1")]
    V1,
}

/// When nights begin: once each day, in local time.
#[derive(JsonSchema)]
#[schemars(title = "a schedule", deny_unknown_fields)]
struct Schedule {
    /// Time of day and time zone (IANA), e.g. `02:30 Europe/Berlin`.
    #[schemars(regex(pattern = r"^[0-2][0-9]:[0-5][0-9] \S+$"))]
    at: String,
    /// The night begins up to so much later, always the same on one day: `10m`. Default: `0s`.
    jitter: Option<Duration>,
    /// A night that was missed is run if that was not longer ago than this: `12h`. A
    /// quarter of an hour at least. Default: `12h`.
    catch_up: Option<Duration>,
    /// Days on which a night begins. Default: all.
    #[schemars(length(min = 1))]
    days: Option<Vec<Day>>,
}

#[derive(JsonSchema)]
#[schemars(title = "a day", rename_all = "lowercase")]
enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// How much at a time, and for how long. The scopes of one subject are always run one after another.
#[derive(JsonSchema)]
#[schemars(title = "limits", deny_unknown_fields)]
struct Limits {
    /// Subjects that are tested at the same time. Default: 16.
    subjects: Option<Count>,
    /// Subjects of one provider that are tested at the same time. Default: 4.
    per_provider: Option<Count>,
    /// Wall time of one attempt to test one subject against one scope; what is not known then is DNF. Default: `2h`.
    timeout: Option<Duration>,
    /// How often a run is tried again that could not reach the subject, or was cut short. Default: 1.
    retries: Option<Amount>,
    /// How long to wait before that. Default: `5m`.
    retry_after: Option<Duration>,
    /// What any check may have at most, whatever the manifest grants it, as `touchstone run --ceiling`.
    ceiling: Option<Ceiling>,
}

/// What any check may have at most.
#[derive(JsonSchema)]
#[schemars(title = "a ceiling", deny_unknown_fields)]
struct Ceiling {
    /// Wall time.
    wall: Option<Duration>,
    /// Linear memory of the component.
    memory: Option<Size>,
    /// Calls to the API of the subject.
    calls: Option<Count>,
    /// All answers of the subject together.
    response_bytes: Option<Size>,
    /// The log.
    log_bytes: Option<Size>,
    /// Number of findings.
    findings: Option<Count>,
    /// Calls at the same time.
    in_flight: Option<Count>,
}

/// A scope.
#[derive(JsonSchema)]
#[schemars(title = "a scope", deny_unknown_fields)]
struct Scope {
    /// The scope manifest, relative to this file.
    manifest: Text,
    /// The only version that is judged. Default: all that the timeline shows on the day.
    version: Option<Text>,
}

/// Which sections run on which day of the week. `[]` is: none, so the subject is not tested on that day.
#[derive(JsonSchema)]
#[schemars(title = "a preset", deny_unknown_fields)]
struct Preset {
    /// On days that are not named. Default: all sections.
    default: Option<Vec<Section>>,
    /// On Mondays.
    monday: Option<Vec<Section>>,
    /// On Tuesdays.
    tuesday: Option<Vec<Section>>,
    /// On Wednesdays.
    wednesday: Option<Vec<Section>>,
    /// On Thursdays.
    thursday: Option<Vec<Section>>,
    /// On Fridays.
    friday: Option<Vec<Section>>,
    /// On Saturdays.
    saturday: Option<Vec<Section>>,
    /// On Sundays.
    sunday: Option<Vec<Section>>,
}

/// A cloud that is tested.
#[derive(JsonSchema)]
#[schemars(title = "a subject", deny_unknown_fields)]
struct Subject {
    /// Identifies the subject for ever, in reports, waivers and attestations.
    name: Name,
    /// Its name for people. Default: `name`.
    display_name: Option<Text>,
    /// Who operates it. Default: nobody is named.
    operator: Option<Text>,
    /// What it is, in a sentence.
    description: Option<Text>,
    /// A page that shows how it is doing.
    health: Option<Url>,
    /// A name that regions of one cloud share, for tables.
    group: Option<Text>,
    /// Subjects of one provider share what `limits.per_provider` allows. Default: `operator`, or else `name`.
    provider: Option<Text>,
    /// What workers choose it by.
    labels: Option<BTreeMap<LabelKey, Label>>,
    /// Its name in clouds.yaml. Default: `name`.
    cloud: Option<Text>,
    /// The clouds.yaml, relative to this file; it is read anew for each run. Default: where OpenStack clients look.
    clouds_file: Option<Text>,
    /// The scopes that it is tested against. Default: all.
    #[schemars(length(min = 1))]
    scopes: Option<Vec<Text>>,
    /// The preset that says which sections run on which day. Default: all sections, every day.
    preset: Option<Text>,
    /// Values of parameters of the scopes, instead of those of the manifests.
    parameters: Option<BTreeMap<String, Text>>,
    /// Files with results of other tools, by name, as `touchstone run --evidence`; read anew for each run.
    evidence: Option<BTreeMap<String, Text>>,
    /// Attestations, or folders of them, as `touchstone run --attestations`; read anew for each run.
    attestations: Option<Vec<Text>>,
    /// `true`: run although the user is an administrator or a manager. Default: `false`.
    allow_privileged: Option<bool>,
    /// Why it is not tested for now; shown in tables. Default: it is tested.
    paused: Option<Text>,
    /// Whether its reports go to the compliance monitor. Default: `true`.
    upload: Option<bool>,
    /// Its name at the compliance monitor. Default: `name`.
    monitor_subject: Option<Text>,
}

/// The compliance monitor that gets the reports.
#[derive(JsonSchema)]
#[schemars(title = "an upload", deny_unknown_fields)]
struct Upload {
    /// Where the monitor is: the address below which it has `/reports`. `https`, but on this machine.
    url: Url,
    /// The SSH key (ed25519) with which reports are signed. Its passphrase, if any, is in `TOUCHSTONE_KEY_PASSPHRASE`.
    key: Text,
    /// The account at the monitor.
    user: Text,
    /// A file with the password (API key) of the account.
    password_file: Text,
}

/// Who is told when a verdict changes.
#[derive(JsonSchema)]
#[schemars(title = "a notification", deny_unknown_fields)]
struct Notify {
    /// Addresses that get a JSON.
    webhooks: Option<Vec<Webhook>>,
    /// E-mail.
    mail: Option<Mail>,
}

/// An address that gets a JSON when a verdict changes.
#[derive(JsonSchema)]
#[schemars(title = "a webhook", deny_unknown_fields)]
struct Webhook {
    /// Where it is.
    url: Url,
    /// A file with the secret with which messages are signed. Default: they are not signed.
    secret_file: Option<Text>,
    /// `true`: send to another machine although the address begins with `http://`. Default: `false`.
    allow_http: Option<bool>,
}

/// E-mail when a verdict changes.
#[derive(JsonSchema)]
#[schemars(title = "a mail server", deny_unknown_fields)]
struct Mail {
    /// Name of the SMTP server.
    server: Text,
    /// Its port. Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    port: Option<Port>,
    /// How the connection is protected; with `none`, mail goes unencrypted, and there is no login but on this machine. Default:
    /// `starttls`.
    tls: Option<Protection>,
    /// The account. Default: none.
    user: Option<Text>,
    /// A file with the password of the account.
    password_file: Option<Text>,
    /// The sender.
    from: Text,
    /// Who gets it.
    #[schemars(length(min = 1))]
    to: Vec<Text>,
}

#[derive(JsonSchema)]
#[schemars(title = "a protection", rename_all = "lowercase")]
enum Protection {
    Starttls,
    Tls,
    None,
}

/// Figures for Prometheus.
#[derive(JsonSchema)]
#[schemars(title = "metrics", deny_unknown_fields)]
struct Metrics {
    /// Address and port on which `/metrics` is served, while the runner runs: `127.0.0.1:9464`.
    listen: Option<Text>,
    /// A file that is written after each night, for the textfile collector of the node exporter.
    file: Option<Text>,
}

macro_rules! notations {
    ($($name:ident(#[$attribute:meta] $inner:ty);)+) => {
        $(#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
        #[schemars(inline)]
        struct $name(#[$attribute] $inner);)+
    };
}

notations! {
    Text(#[schemars(regex(pattern = r"\S"))] String);
    Name(#[schemars(regex(pattern = r"^[a-z0-9][a-z0-9._-]{0,62}$"))] String);
    LabelKey(#[schemars(regex(pattern = r"^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$"))] String);
    Label(#[schemars(regex(pattern = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"))] String);
    Duration(#[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h)$"))] String);
    Size(#[schemars(regex(pattern = r"^[0-9]+(B|KiB|MiB|GiB)$"))] String);
    Url(#[schemars(regex(pattern = r"^https?://\S+$"))] String);
    Count(#[schemars(range(min = 1))] u64);
    Amount(#[schemars(range(min = 0))] u64);
    Port(#[schemars(range(min = 1, max = 65535))] u64);
}
