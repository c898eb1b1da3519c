//! What is refused: manifests, stores, components that are not what they should be. Exit code 3, nothing was sent to the
//! cloud, nothing was reported, and the message says what, where and why.

use std::fs;
use std::path::Path;

use crate::harness::crafted::{self, CHECK, DESCRIPTOR, component, descriptor, empty_store, put, put_as};
use crate::harness::{Cloud, Entry, Ran, digest, line_of, published, repo, scope};

/// A hash that nothing has.
const NOBODY: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The run must be refused with these complaints, before anything was sent.
#[track_caller]
fn assert_refused(cloud: &Cloud, ran: &Ran, complaints: &[&str]) {
    ran.assert_exit(3);
    ran.assert_complains(complaints);
    assert_eq!(ran.stdout, "", "{ran}");
    assert!(ran.report_text.is_none(), "there is nothing to report: {ran}");
    assert!(cloud.calls().is_empty(), "it was sent: {:?}", cloud.calls());
}

/// The entry with this component must be refused. The message names manifest, line and column, check and hash.
#[track_caller]
fn assert_component_refused(store: &Path, cloud: &Cloud, entry: Entry, why: &[&str]) {
    let (id, version) = (entry.id.clone(), entry.version.clone());
    let component = entry.component.clone().expect("it names a component");
    let scope = scope(&[entry]);
    let ran = cloud.run_from(store, &scope).without_log().run();
    let line = line_of(&scope, &format!("- id: {id}"));
    let place = format!("error: scope.yaml:{line}:9: check {id} {version}: ");
    assert_refused(cloud, &ran, &[&place, component.strip_prefix("sha256:").expect("a digest")]);
    ran.assert_complains(why);
}

/// As [`assert_component_refused`], for these bytes.
#[track_caller]
fn assert_bytes_refused(bytes: &[u8], why: &[&str]) {
    let cloud = Cloud::start();
    let store = empty_store(cloud.folder());
    let component = put(&store, bytes);
    assert_component_refused(&store, &cloud, Entry { component: Some(component), ..Entry::reader() }, why);
}

fn reader_bytes() -> Vec<u8> {
    fs::read(published().file(&published().reader)).expect("it was published")
}

#[test]
fn manifests_with_mistakes() {
    let right = scope(&[Entry::reader()]);
    for (wrong, mistake, column, explained) in [
        ("    conponent: sha256:1", "    component: sha256:", 5, "did you mean `component`?"),
        ("    limits: {wall: 20}", "    limits: {wall: 20s}", 20, "is the number 20"),
        ("compute DELETE /flavors/detail", "compute GET /flavors/detail", 51, "says how many"),
        ("module: raeder-module", "module: reader-module", 17, "did you mean `reader-module`?"),
        (
            "[reader-images, reader-flavours]",
            "[reader-images, reader-flavors]",
            37,
            "did you mean `reader-flavors`?",
        ),
        ("      - id: reader-images", "      - id: reader-flavors", 13, "reader-images"),
        ("versions: {v2: effective}", "versions: {v1: effective}", 16, "did you mean `v1`?"),
    ] {
        let cloud = Cloud::start();
        let scope = right.replace(mistake, wrong);
        assert_ne!(scope, right);
        let line = scope.lines().zip(right.lines()).position(|(a, b)| a != b).expect("they differ") + 1;
        let ran = cloud.run(&scope).without_log().run();
        assert_refused(&cloud, &ran, &[&format!("scope.yaml:{line}:{column}: error: "), explained]);
    }
}

#[test]
fn manifests_that_cannot_be_read() {
    let cloud = Cloud::start();
    let store = published().store.as_path();
    let run =
        |file: &str| cloud.touchstone().args(["run", file, "--cloud", "demo", "--store"]).arg(store).run();
    assert_refused(&cloud, &run("absent.yaml"), &["absent.yaml"]);
    cloud.write("latin1.yaml", b"format: touchstone.scope/v1\nname: Gr\xfc\xdfe\n");
    assert_refused(&cloud, &run("latin1.yaml"), &["latin1.yaml:2:", "UTF-8"]);
    assert_refused(&cloud, &run("."), &["."]);
}

#[test]
fn stores_that_are_none() {
    let cloud = Cloud::start();
    let store = cloud.folder().join("store");
    let run = || cloud.run_from(&store, &scope(&[Entry::reader()])).without_log().run();
    assert_refused(&cloud, &run(), &["store is not a store", "oci-layout"]);
    for layout in ["", "{}", "not json", r#"{"imageLayoutVersion":"2.0.0"}"#, r#"{"imageLayoutVersion":1}"#] {
        cloud.write("store/oci-layout", layout);
        assert_refused(&cloud, &run(), &["store is not a store"]);
    }
    // A run needs no index; pinning does.
    let store = empty_store(cloud.folder());
    let pin =
        || cloud.touchstone().args(["scope", "pin", "scope.yaml", "--store"]).arg(&store).without_log().run();
    let absent = r#"{"schemaVersion":2,"mediaType":"m","manifests":[{"mediaType":"m","digest":"sha256:12","size":1}]}"#;
    for index in ["", "[]", "{", "<html>", absent, &absent.replace("sha256:12", NOBODY)] {
        fs::write(store.join("index.json"), index).expect("it can be written");
        let ran = pin();
        ran.assert_exit(3);
        ran.assert_complains(&["store"]);
    }
}

#[test]
fn a_component_that_was_changed() {
    let cloud = Cloud::start();
    let store = empty_store(cloud.folder());
    let mut bytes = reader_bytes();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    put_as(&store, &published().reader, &bytes);
    let actual = digest(&bytes);
    assert_component_refused(&store, &cloud, Entry::reader(), &["was changed or damaged", &actual]);
}

#[test]
fn a_component_that_is_not_there() {
    let cloud = Cloud::start();
    let entry = Entry { component: Some(NOBODY.into()), ..Entry::reader() };
    assert_component_refused(&empty_store(cloud.folder()), &cloud, entry, &["has no component"]);
}

#[test]
fn a_parameter_or_an_asset_that_no_component_knows() {
    let cloud = Cloud::start();
    let parameters = vec![("leest".into(), "3".into())];
    let entry = Entry { parameters, ..Entry::reader() };
    let why = ["does not know the parameter `leest`"];
    assert_component_refused(&published().store, &cloud, entry, &why);
    cloud.write("list.txt", "a");
    let assets = vec![("liste".into(), "list.txt".into(), digest(b"a"))];
    let entry = Entry { assets, ..Entry::reader() };
    assert_component_refused(&published().store, &cloud, entry, &["does not know the asset `liste`"]);
}

#[test]
fn what_is_no_component() {
    assert_bytes_refused(b"", &["not a whole WebAssembly component"]);
    assert_bytes_refused(b"<html><body>404</body></html>", &["not a whole WebAssembly component"]);
    assert_bytes_refused(b"\0asm\x01\0\0\0", &["a core WebAssembly module, not a component"]);
    let half = reader_bytes();
    assert_bytes_refused(&half[..half.len() / 2], &["not a whole WebAssembly component"]);
}

#[test]
fn a_component_of_200_mb_is_not_read() {
    let cloud = Cloud::start();
    let store = empty_store(cloud.folder());
    put_as(&store, NOBODY, b"");
    let file = store.join("blobs/sha256").join(&NOBODY["sha256:".len()..]);
    let file = fs::OpenOptions::new().write(true).open(file).expect("it is there");
    file.set_len(200 << 20).expect("it can be made longer, without taking place");
    let entry = Entry { component: Some(NOBODY.into()), ..Entry::reader() };
    let scope = scope(&[entry]);
    let ran = cloud.run_from(&store, &scope).without_log().run();
    assert_refused(
        &cloud,
        &ran,
        &["scope.yaml:6:9: check reader 1.0.0", NOBODY, "209715200 bytes", "67108864"],
    );
    assert!(ran.peak_memory < 100 << 20, "it took {} bytes to find out", ran.peak_memory);
}

#[test]
fn a_component_for_another_contract() {
    let json = descriptor().to_string();
    let custom = [(DESCRIPTOR, json.as_bytes())];
    for (version, advice) in [("1.0.0", "a newer host"), ("0.2.0", "a newer host"), ("0.0.1", "too old")] {
        let bytes = component(&[], &[&format!("touchstone:check/check@{version}")], &custom);
        assert_bytes_refused(&bytes, &[&format!("touchstone:check@{version}"), advice]);
        let bytes = component(&[&format!("touchstone:check/openstack@{version}")], &[CHECK], &custom);
        assert_bytes_refused(&bytes, &[&format!("touchstone:check@{version}"), advice]);
    }
    assert_bytes_refused(&component(&[], &["run"], &custom), &["not a check"]);
}

#[test]
fn a_component_that_imports_what_is_not_for_checks() {
    let json = descriptor().to_string();
    let custom = [(DESCRIPTOR, json.as_bytes())];
    for import in [
        "wasi:cli/environment@0.3.0",
        "wasi:sockets/tcp@0.1.0",
        "wasi:keyvalue/store@0.2.0",
        "touchstone:check/secrets@0.1.0",
        "touchstone:evil/openstack@0.1.0",
        "touchstone:check/openstack",
        "env",
    ] {
        assert_bytes_refused(&component(&[import], &[CHECK], &custom), &[&format!("it imports `{import}`")]);
    }
}

#[test]
fn a_component_that_does_not_say_what_it_is() {
    assert_bytes_refused(&component(&[], &[CHECK], &[]), &["it has no descriptor"]);
    let json = descriptor().to_string();
    let twice = [(DESCRIPTOR, json.as_bytes()), (DESCRIPTOR, json.as_bytes())];
    assert_bytes_refused(&component(&[], &[CHECK], &twice), &["more than one descriptor"]);
    for wrong in ["", "null", "{\"id\": 1}", &json.replace("1.0.0", "one"), &json.replace("/v1", "/v9")] {
        let custom = [(DESCRIPTOR, wrong.as_bytes())];
        assert_bytes_refused(&component(&[], &[CHECK], &custom), &["its descriptor is malformed"]);
    }
}

/// All is well with it until it is to be linked: it has the names of the contract, and other functions.
#[test]
fn a_component_that_keeps_the_contract_in_name_only() {
    let json = descriptor().to_string();
    let bytes = component(&[], &[CHECK], &[(DESCRIPTOR, json.as_bytes())]);
    let cloud = Cloud::start();
    let store = empty_store(cloud.folder());
    let component = put(&store, &bytes);
    let scope = scope(&[Entry { component: Some(component.clone()), ..Entry::reader() }]);
    let ran = cloud.run_from(&store, &scope).without_log().run();
    ran.assert_exit(3);
    ran.assert_complains(&["scope.yaml:6:9: check reader 1.0.0", &component, "does not fit the contract"]);
    assert!(ran.report_text.is_none(), "{ran}");
    // It is compiled while the host logs in.
    assert!(cloud.calls().iter().all(|call| call == "identity POST /auth/tokens"), "{:?}", cloud.calls());
}

#[test]
fn a_component_of_another_check() {
    let cloud = Cloud::start();
    let store = &published().store;
    let adversary = Some(published().adversary.clone());
    let other = Entry { component: adversary, ..Entry::reader() };
    assert_component_refused(store, &cloud, other, &["is adversary 0.1.0"]);
    let newer = Entry { version: "1.0.1".into(), ..Entry::reader() };
    assert_component_refused(store, &cloud, newer, &["is reader 1.0.0"]);
}

#[test]
fn testcases_that_the_component_does_not_judge() {
    let cloud = Cloud::start();
    let mut entry = Entry::reader();
    entry.testcases.push(("reader-volumes".into(), "light"));
    let why = ["does not judge the testcase reader-volumes"];
    assert_component_refused(&published().store, &cloud, entry, &why);
}

#[test]
fn a_check_that_is_granted_nothing() {
    let cloud = Cloud::start();
    let entry = Entry { grants: Vec::new(), ..Entry::reader() };
    let why = ["grants it no call", "image GET /images"];
    assert_component_refused(&published().store, &cloud, entry, &why);
}

#[test]
fn a_parameter_that_is_not_given() {
    let cloud = Cloud::start();
    let entry = Entry { parameters: Vec::new(), ..Entry::adversary("behave") };
    let ran = cloud.run(&scope(&[entry])).without_log().run();
    let complaint =
        "scope.yaml:6:9: check adversary 0.1.0: its parameter `behaviour` is not given (What to try.)";
    assert_refused(&cloud, &ran, &[complaint]);
}

#[test]
fn assets_that_are_not_what_the_manifest_says() {
    let with_asset = |path: &str, sha256: String| {
        let assets = vec![("list".to_owned(), path.to_owned(), sha256)];
        scope(&[Entry { assets, ..Entry::reader() }])
    };
    let cloud = Cloud::start();
    cloud.write("assets/list.txt", "a list");
    let changed = digest(b"another list");
    let ran = cloud.run(&with_asset("assets/list.txt", changed.clone())).without_log().run();
    let place = "scope.yaml:6:9: check reader 1.0.0: asset `list`: ";
    assert_refused(&cloud, &ran, &[place, "assets/list.txt", &changed, &digest(b"a list")]);
    let ran = cloud.run(&with_asset("assets/absent.txt", changed)).without_log().run();
    assert_refused(&cloud, &ran, &[place, "assets/absent.txt"]);

    let ran = cloud.run(&with_asset("assets/list.txt", digest(b"a list"))).run();
    ran.assert_exit(0);
    ran.assert_result("reader-flavors", "PASS", "a list of 6 bytes");
    assert_eq!(ran.report()["testcases"]["reader-flavors"]["assets"]["list"], digest(b"a list"));
}

/// Who mends a manifest wants to know everything at once.
#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let cloud = Cloud::start();
    let broken = Entry { component: Some(NOBODY.into()), ..Entry::adversary("behave") };
    let newer = Entry { version: "1.0.1".into(), ..Entry::reader() };
    let scope = scope(&[newer, broken]);
    let ran = cloud.run(&scope).without_log().run();
    let second = format!("scope.yaml:{}:9: check adversary 0.1.0", line_of(&scope, "- id: adversary"));
    assert_refused(&cloud, &ran, &["scope.yaml:6:9: check reader 1.0.1", &second, "has no component"]);
}

#[test]
fn files_are_inspected_as_strictly() {
    let cloud = Cloud::start();
    let wasi = crafted::component(&["wasi:cli/environment@0.3.0"], &[CHECK], &[]);
    for (name, bytes, why) in [
        ("text.wasm", b"hello".to_vec(), "not a whole WebAssembly component"),
        ("core.wasm", b"\0asm\x01\0\0\0".to_vec(), "a core WebAssembly module"),
        ("wasi.wasm", wasi, "it imports `wasi:cli/environment@0.3.0`"),
    ] {
        cloud.write(name, bytes);
        let ran = cloud.touchstone().args(["check", "inspect", name]).without_log().run();
        assert_refused(&cloud, &ran, &[name, why]);
    }
    let ran = cloud.touchstone().args(["check", "inspect", NOBODY, "--store"]).arg(&published().store).run();
    assert_refused(&cloud, &ran, &["has no component", NOBODY]);
}

#[test]
fn folders_that_are_no_checks_are_not_built() {
    let cloud = Cloud::start();
    let build = |folder: &Path| cloud.touchstone().args(["check", "build"]).arg(folder).without_log().run();
    assert_refused(&cloud, &build(&cloud.folder().join("absent")), &["absent", "no Cargo.toml"]);
    assert_refused(&cloud, &build(repo()), &["not of a package"]);
}
