//! The user data: cloud-init takes them, and what their commands print is understood.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::console::{Sections, has_ended};
use crate::user_data::{USER_DATA, base64};

/// The commands, as cloud-init reads them from the one text in `runcmd`.
fn commands() -> String {
    let (_, block) = USER_DATA.split_once("runcmd:\n  - |\n").expect("one text");
    block.lines().map(|line| format!("{}\n", line.strip_prefix("    ").expect("indented"))).collect()
}

fn command(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What the commands print where these commands are, and the usual ones.
fn printed(own: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in own {
        command(folder.path(), name, script);
    }
    for name in ["sh", "sed", "cat", "tail", "timeout"] {
        let found = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(name));
        let found = found.into_iter().find(|path| path.exists()).expect(name);
        std::os::unix::fs::symlink(found, folder.path().join(name)).unwrap();
    }
    let output =
        Command::new("/bin/sh").arg("-c").arg(commands()).env("PATH", folder.path()).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const SYSTEMCTL: (&str, &str) = ("systemctl", "echo 'Unit rngd.service could not be found.' >&2; exit 4");
const RNGTEST: &str = "echo \"rngtest $*\" >&2; echo 'rngtest: FIPS 140-2 failures: 0' >&2; exit 1";

#[test]
fn what_the_commands_print_is_understood() {
    let printed = printed(&[SYSTEMCTL, ("rngtest", RNGTEST), ("apt-get", "echo installed something")]);
    let sections = Sections::of(&printed);
    assert_eq!(sections.lines("rngd"), ["Unit rngd.service could not be found."]);
    assert_eq!(sections.lines("fips-test"), ["rngtest -c 1000", "rngtest: FIPS 140-2 failures: 0"]);
    let [entropy] = sections.lines("entropy-avail")[..] else { panic!("{printed}") };
    assert!(entropy.parse::<u64>().is_ok(), "{entropy}");
    assert!(has_ended(&printed));
    assert!(!printed.contains("installed something"), "what is there is not installed");
}

#[test]
fn what_is_missing_is_installed_and_the_end_comes_even_if_it_cannot_be() {
    let installs = "case \"$*\" in *rng-tools5) d=${0%/*}; printf '#!/bin/sh\\necho installed\\n' >$d/rngtest; \
                    /bin/chmod +x $d/rngtest;; esac";
    let installed = printed(&[SYSTEMCTL, ("apt-get", installs)]);
    assert_eq!(Sections::of(&installed).lines("fips-test"), ["installed"]);
    let printed = printed(&[SYSTEMCTL, ("apt-get", "echo \"no network: $*\"; exit 100")]);
    assert!(Sections::of(&printed).lines("fips-test")[0].contains("rngtest"), "{printed}");
    assert!(printed.contains("no network") && printed.contains("rng-tools5") && has_ended(&printed));
}

#[test]
fn cloud_init_and_those_who_read_user_data_take_it() {
    assert!(USER_DATA.starts_with("#cloud-config\n"));
    for section in ["entropy-avail", "rngd", "fips-test"] {
        assert!(USER_DATA.contains(&format!("_touchstone-{section}: ")), "{section}");
    }
    assert!(!has_ended(USER_DATA), "the commands themselves are not their end");
    // Nova takes 65,535 bytes.
    assert!(base64(USER_DATA.as_bytes()).len() < 65_535);
}

#[test]
fn base64_is_that_of_the_rfc() {
    for (plain, encoded) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(plain.as_bytes()), encoded);
    }
    assert_eq!(base64(&[0, 16, 131, 251, 255, 190]), "ABCD+/++");
}
