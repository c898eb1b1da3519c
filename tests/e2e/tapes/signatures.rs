//! Who signed a report, and what the field's own tools say to it.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Recorded;
use crate::harness::Entry;

/// A new key, as operators make them; and the line that allows it.
fn key(folder: &Path, name: &str) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(folder.join(name))
        .status()
        .expect("ssh-keygen is there (Debian: openssh-client)");
    assert!(made.success());
    let public = fs::read_to_string(folder.join(format!("{name}.pub"))).expect("it was made");
    format!("{name} namespaces=\"touchstone.report\" {public}")
}

fn signed() -> (Recorded, String) {
    let mut recorded = Recorded::small(&[Entry::reader()], &[]);
    let allowed = key(recorded.cloud.folder(), "jane@example.org");
    let run = super::run(&recorded.cloud, &recorded.manifest, &recorded.store);
    recorded.ran = run.args(["--record", "run.tape", "--sign", "jane@example.org"]).run();
    recorded.ran.assert_exit(0);
    recorded.cloud.write("allowed", &allowed);
    (recorded, allowed)
}

#[test]
fn a_signed_report_says_who_signed_it() {
    let (recorded, _) = signed();
    let verified = recorded.verify().args(["--allowed-signers", "allowed"]).run();
    verified.assert_exit(0);
    assert!(verified.stdout.contains("signed by jane@example.org (SHA256:"), "{verified}");
    let mut openssh = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", "allowed", "-I", "jane@example.org", "-n", "touchstone.report", "-s"])
        .arg("report.json.sig")
        .current_dir(recorded.cloud.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("ssh-keygen is there (Debian: openssh-client)");
    openssh.stdin.take().expect("it is piped").write_all(recorded.report().as_bytes()).expect("it reads");
    assert!(openssh.wait().expect("it ends").success(), "ssh-keygen accepts the signature");
}

#[test]
fn whoever_is_not_allowed_signs_in_vain() {
    let (recorded, allowed) = signed();
    let folder = recorded.cloud.folder();
    let refused = |what: &str| {
        let ran = recorded.verify().args(["--allowed-signers", "allowed"]).run();
        ran.assert_exit(1);
        assert!(ran.stdout.contains("signature:"), "{what}: {ran}");
    };
    let other = key(folder, "joe@example.org");
    recorded.cloud.write("allowed", &other);
    refused("another key");
    recorded.cloud.write("allowed", allowed.replace("touchstone.report", "git"));
    refused("for something else");
    recorded
        .cloud
        .write("allowed", allowed.replace(" namespaces=", " valid-before=\"20200101\",namespaces="));
    refused("too late");
    recorded.cloud.write("allowed", &allowed);
    for ending in ["sig", "dsse"] {
        let file = folder.join(format!("report.json.{ending}"));
        let whole = fs::read(&file).expect("it was written");
        fs::remove_file(&file).expect("it is ours");
        refused("missing");
        fs::write(&file, &whole).expect("it can be written");
    }
    // The signatures of another report of the same subject.
    let run = super::run(&recorded.cloud, &recorded.manifest, &recorded.store).args(["--record", "run.tape"]);
    run.run().assert_exit(0);
    refused("signatures of another report");
    let sign = recorded.cloud.touchstone().args(["sign", "report.json", "--key", "jane@example.org"]).run();
    sign.assert_exit(0);
    recorded.verify().args(["--allowed-signers", "allowed"]).run().assert_exit(0);
}

#[test]
fn keys_that_cannot_sign_are_told() {
    let recorded = Recorded::small(&[Entry::reader()], &[]);
    key(recorded.cloud.folder(), "k");
    let sign = |key: &str| recorded.cloud.touchstone().args(["sign", "report.json", "--key", key]);
    let public = sign("k.pub").run();
    public.assert_exit(64);
    public.assert_complains(&["k.pub", "public"]);
    sign("nothing").run().assert_exit(64);
    let locked = Command::new("ssh-keygen")
        .args(["-q", "-p", "-N", "open sesame", "-f"])
        .arg(recorded.cloud.folder().join("k"))
        .status();
    assert!(locked.expect("ssh-keygen is there").success());
    let without = sign("k").run();
    without.assert_exit(64);
    without.assert_complains(&["TOUCHSTONE_KEY_PASSPHRASE"]);
    sign("k").env("TOUCHSTONE_KEY_PASSPHRASE", "open sesame").run().assert_exit(0);
}
