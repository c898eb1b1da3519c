//! `touchstone scope`: what authors of manifests do.

use crate::harness::{Cloud, Entry, digest, published, repo, scope};

#[test]
fn lint_is_content_with_what_is_right() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", scope(&[Entry::reader()]));
    let ours = repo().join("scopes/scs-compatible-iaas.yaml");
    let ran = cloud.touchstone().args(["scope", "lint", "scope.yaml"]).arg(&ours).run();
    ran.assert_exit(0);
    assert!(
        ran.stdout.contains("scope.yaml: Test, 2 testcases in 1 modules, 1 versions: nothing wrong"),
        "{ran}"
    );
    assert!(ran.stdout.contains("SCS-compatible IaaS"), "{ran}");
}

#[test]
fn lint_points_at_every_mistake_of_every_file() {
    let cloud = Cloud::start();
    let right = scope(&[Entry::reader()]);
    cloud.write("right.yaml", &right);
    cloud.write("two.yaml", right.replace("    limits:", "    limit:").replace("main: [", "mian: ["));
    cloud.write("one.yaml", right.replace("name: Test", "name: ''"));
    let ran =
        cloud.touchstone().args(["scope", "lint", "two.yaml", "right.yaml", "one.yaml"]).without_log().run();
    ran.assert_exit(3);
    ran.assert_complains(&[
        "two.yaml:10:5: error:",
        "did you mean `limits`?",
        "two.yaml:24:15: error:",
        "did you mean `main`?",
        "one.yaml:3:7: error:",
    ]);
    assert!(ran.stdout.contains("right.yaml: Test"), "{ran}");
    assert_eq!(
        ran.stderr.matches("error: ").count(),
        3 + 2,
        "three mistakes, and a summary for each file: {ran}"
    );
}

#[test]
fn show_is_a_matrix_of_modules_and_versions() {
    let cloud = Cloud::start();
    let ours = repo().join("scopes/scs-compatible-iaas.yaml");
    let show = |more: &[&str]| {
        let ran = cloud.touchstone().args(["scope", "show"]).arg(&ours).args(more).run();
        ran.assert_exit(0);
        ran.stdout
    };
    let text = show(&["--date", "2026-11-23"]);
    for part in ["SCS-compatible IaaS on 2026-11-23", "v5.1", "effective", "next", "draft", "scs-0103"] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    let markdown = show(&["--date", "2026-11-23", "--format", "markdown"]);
    assert!(markdown.contains("| ") && markdown.contains("v5.1"), "{markdown}");
    assert_ne!(show(&["--date", "2024-12-31"]), text);
}

/// What people write into manifests stays.
#[test]
fn pin_writes_the_hash_and_nothing_else() {
    let cloud = Cloud::start();
    let unpinned = scope(&[Entry { component: None, ..Entry::reader() }])
        .replace(
            "    version: 1.0.0\n",
            "    version: 1.0.0   # of the standard\n    # granted after long talks\n",
        )
        .replace("checks:\n", "\n# All of them.\nchecks:\n");
    let pin = |more: &[&str]| {
        let ran = cloud.touchstone().args(["scope", "pin", "scope.yaml"]).args(more).arg("--store");
        ran.arg(&published().store).without_log().run()
    };
    let text = || std::fs::read_to_string(cloud.folder().join("scope.yaml")).expect("it is there");
    for check in [&[][..], &["reader"], &["reader@1.0.0"]] {
        cloud.write("scope.yaml", &unpinned);
        pin(check).assert_exit(0);
        let pinned = text();
        let added: Vec<&str> = pinned.lines().filter(|line| !unpinned.contains(line)).collect();
        assert_eq!(added, [format!("    component: {}", published().reader)], "{check:?}");
        let kept: Vec<&str> = pinned.lines().filter(|line| !line.contains("component: ")).collect();
        assert_eq!(kept, unpinned.lines().collect::<Vec<_>>(), "{check:?}");
        pin(check).assert_exit(0);
        assert_eq!(text(), pinned, "pinning again changes nothing");
    }
    // A hash that is there is replaced in its place.
    let other = digest(b"something else");
    cloud.write("scope.yaml", text().replace(&published().reader, &other));
    pin(&["reader"]).assert_exit(0);
    assert!(text().contains(&published().reader) && !text().contains(&other), "{}", text());
    cloud.run(&text()).run().assert_exit(0);
}

#[test]
fn pin_says_what_it_cannot_find() {
    let cloud = Cloud::start();
    let before = scope(&[Entry::reader()]);
    cloud.write("scope.yaml", &before);
    for (check, complaint) in [
        ("raeder", "the manifest has no check raeder"),
        ("reader@9.9.9", "the store does not have reader 9.9.9; it has 1.0.0"),
    ] {
        let ran =
            cloud.touchstone().args(["scope", "pin", "scope.yaml", check, "--store"]).arg(&published().store);
        let ran = ran.without_log().run();
        ran.assert_exit(3);
        ran.assert_complains(&[complaint]);
    }
    let after = std::fs::read_to_string(cloud.folder().join("scope.yaml")).expect("it is there");
    assert_eq!(after, before);
}
