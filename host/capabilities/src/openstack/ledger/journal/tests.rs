use crate::openstack::Capabilities as _;
use serde_json::json;

use super::super::fake_cloud::{FakeCloud, PREFIX};
use super::super::fake_instance::{Instance, folder, header, interface};
use super::super::left::journals;
use super::*;

/// The journal of a run that was killed when it had created things, and its lines.
async fn killed(folder: &Path) -> (PathBuf, Vec<String>) {
    let cloud = FakeCloud::new();
    let instance = Instance::new(&cloud, folder);
    let network = instance.create("network", json!({})).await.unwrap();
    let subnet = instance.create("subnet", json!({"network_id": network})).await.unwrap();
    let router = instance.create("router", json!({})).await.unwrap();
    instance.granted.create(interface(&router, &subnet)).await.unwrap();
    let path = instance.journal.path().to_owned();
    let lines = std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    (path, lines)
}

fn pending(path: &Path) -> Vec<String> {
    Journal::open_left(path).unwrap().pending().into_iter().map(|thing| thing.kind).collect()
}

#[tokio::test(start_paused = true)]
async fn lines_tell_what_happens() {
    let folder = folder();
    let (path, lines) = killed(folder.path()).await;
    assert_eq!(path.file_name().unwrap(), "touchstone-0123456789ab.jsonl");
    let header = r#"{"format":"touchstone.journal/v1","run":"run-1","cloud":"fake","auth_url":"https://keystone.example/v3","project_id":"4c99839ae59548b699609a664400da5d","user_id":"u1","region":null,"prefix":"touchstone-0123456789ab-","started_at":"2026-11-23T20:00:00Z"}"#;
    assert_eq!(lines[0], header);
    let kinds = lines[1..].iter().map(|line| line.split('"').nth(1).unwrap());
    let expected = ["intent", "created", "intent", "created", "intent", "created", "intent", "created"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    let intent: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(intent["intent"]["undo"]["path"], "/networks/{id}");
    assert_eq!(intent["intent"]["check"], "scs-0000");
    assert_eq!(pending(&path), ["router interface", "router", "subnet", "network"]);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn nobody_else_can_read_or_write_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    let below = folder.path().join("state/journal");
    let (path, _) = killed(&below).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&below)), (0o600, 0o700));
    std::fs::set_permissions(&below, std::fs::Permissions::from_mode(0o770)).unwrap();
    assert!(Journal::open_left(&path).err().unwrap().to_string().contains("others may write"));
    let cloud = FakeCloud::new();
    let error = Instance::new(&cloud, &below).create("network", json!({})).await.unwrap_err();
    assert!(error.message.contains("others may write"), "{error}");
    assert!(cloud.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_is_locked_while_its_run_lives() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap();
    let path = instance.journal.path().to_owned();
    assert!(matches!(Journal::open_left(&path), Err(JournalError::Locked { .. })));
    drop(instance);
    let left = Journal::open_left(&path).unwrap();
    assert!(matches!(Journal::open_left(&path), Err(JournalError::Locked { .. })));
    drop(left);
    assert_eq!(pending(&path), ["network"]);
}

#[tokio::test(start_paused = true)]
async fn another_run_of_the_same_name_is_not_written_over() {
    let folder = folder();
    let (path, lines) = killed(folder.path()).await;
    let cloud = FakeCloud::new();
    Instance::new(&cloud, folder.path()).create("network", json!({})).await.unwrap_err();
    assert!(cloud.calls().is_empty());
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), lines.len());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_line_may_be_cut_anywhere() {
    let folder = folder();
    let (path, lines) = killed(folder.path()).await;
    for count in 2..=lines.len() {
        let whole = format!("{}\n", lines[..count - 1].join("\n"));
        std::fs::write(&path, &whole).unwrap();
        let expected = pending(&path);
        let last = &lines[count - 1];
        for cut in 0..=last.len() {
            std::fs::write(&path, format!("{whole}{}", &last[..cut])).unwrap();
            assert_eq!(pending(&path), expected, "line {count}, cut at byte {cut}");
        }
        std::fs::write(&path, format!("{whole}{}", "\0".repeat(last.len()))).unwrap();
        assert_eq!(pending(&path), expected);
        std::fs::write(&path, format!("{whole}\0\0\0{}\n", &last[3..])).unwrap();
        assert_eq!(pending(&path), expected);
        std::fs::write(&path, format!("{whole}{last}\n")).unwrap();
        assert_eq!(pending(&path).len(), count / 2);
    }
    for cut in 0..=lines[0].len() {
        std::fs::write(&path, &lines[0][..cut]).unwrap();
        assert!(matches!(Journal::open_left(&path), Err(JournalError::Empty { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_half_line_it_goes_on_properly() {
    let folder = folder();
    let (path, lines) = killed(folder.path()).await;
    std::fs::write(&path, format!("{}\n{}\n{{\"created\":{{\"n\":1,", lines[0], lines[1])).unwrap();
    let (journal, _, _) = Journal::open_left(&path).unwrap().into_parts();
    journal.note(Entry::Created { n: 1, id: "a".into() }).await;
    let content = std::fs::read_to_string(&path).unwrap();
    let last = r#"{"created":{"n":1,"id":"a"}}"#;
    assert_eq!(content, format!("{}\n{}\n{last}\n", lines[0], lines[1]));
    journal.note(Entry::Removed { n: 1 }).await;
    assert_eq!(journal.finish().unwrap(), None);
    assert!(!path.exists());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_a_journal_is_an_error_that_says_where() {
    let folder = folder();
    let (path, lines) = killed(folder.path()).await;
    let wrong = |line: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[line - 1].contains(from), "{}", lines[line - 1]);
        lines[line - 1] = lines[line - 1].replacen(from, to, 1);
        std::fs::write(&path, format!("{}\n", lines.join("\n"))).unwrap();
        let error = Journal::open_left(&path).err().unwrap_or_else(|| panic!("{from} {to}")).to_string();
        assert!(error.contains(&format!("touchstone-0123456789ab.jsonl, line {line}: ")), "{error}");
    };
    wrong(1, "journal/v1", "journal/v2");
    wrong(1, PREFIX, "");
    wrong(1, PREFIX, "touchstone-");
    wrong(1, "4c99839ae59548b699609a664400da5d", "");
    wrong(1, "{", "x");
    wrong(2, "{", "x");
    wrong(2, r#""n":1"#, r#""n":1,"n":2"#);
    wrong(2, r#""n":1"#, r#""n":-1"#);
    wrong(2, &format!(r#""{PREFIX}network""#), r#""prod""#);
    wrong(2, &format!(r#""{PREFIX}network""#), "null");
    wrong(2, r#""/networks/{id}""#, r#""/networks/7""#);
    wrong(2, r#""/networks/{id}""#, r#""/subnets/{id}""#);
    wrong(2, r#""method":"DELETE""#, r#""method":"POST""#);
    wrong(2, r#""find":"/networks""#, r#""find":"/servers""#);
    wrong(2, r#""find":"/networks""#, r#""find":null"#);
    wrong(3, r#""n":1"#, r#""n":9"#);
    wrong(3, r#""id":"id-"#, r#""id":"../id-"#);
    wrong(3, "created", "made");
    wrong(4, r#""n":2"#, r#""n":1"#);
    // The interface of a router that is not the run's.
    wrong(8, "/remove_router_interface", "x/remove_router_interface");
    std::fs::write(&path, format!("{}\n{}\n\n{}\n", lines[0], lines[1], lines[2])).unwrap();
    assert!(Journal::open_left(&path).err().unwrap().to_string().contains("line 3"));
}

#[test]
fn headers_are_those_of_runs() {
    for prefix in ["", "touchstone-", "prod-", "touchstone-0123456789ab"] {
        let mut header = header();
        header.prefix = prefix.into();
        assert!(Journal::new("/nowhere", header).is_err(), "{prefix:?}");
    }
    let mut header = header();
    header.project_id = String::new();
    assert!(Journal::new("/nowhere", header).is_err());
}

#[tokio::test(start_paused = true)]
async fn journals_are_listed() {
    let folder = folder();
    assert!(journals(folder.path().join("none")).unwrap().is_empty());
    let (path, _) = killed(folder.path()).await;
    for other in ["notes.txt", "touchstone-0123456789ab.new", "x.jsonl", "touchstone-.jsonl"] {
        std::fs::write(folder.path().join(other), "").unwrap();
    }
    assert_eq!(journals(folder.path()).unwrap(), [path]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_written_is_written_later() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let network = instance.create("network", json!({})).await.unwrap();
    let path = instance.journal.path().to_owned();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    instance.journal.replace_file(OpenOptions::new().append(true).open("/dev/full").unwrap());
    instance.journal.note(Entry::Left { n: 1, why: "later".into() }).await;
    assert!(!std::fs::read_to_string(&path).unwrap().contains("later"));
    instance.journal.replace_file(file);
    instance.create("subnet", json!({"network_id": network})).await.unwrap();
    let content = std::fs::read_to_string(&path).unwrap();
    let kinds: Vec<_> = content.lines().skip(1).map(|line| line.split('"').nth(1).unwrap()).collect();
    assert_eq!(kinds, ["intent", "created", "left", "intent", "created"]);
}
