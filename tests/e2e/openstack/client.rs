use std::cell::RefCell;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::bed::bed_command;

/// What the names of images and networks begin with that tests make. Flavors are all the tests' own.
pub(super) const PREFIX: &str = "touchstone-e2e-";

/// What tests make.
const KINDS: [&str; 3] = ["flavor", "image", "network"];

/// The `openstack` command-line client, as the administrator of the bed.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// Kinds and ids of what was made in sessions, as far as is known.
    made: RefCell<Vec<(&'static str, String)>>,
}

/// A flavor to create.
#[derive(Debug, Clone)]
pub(super) struct Flavor {
    pub(super) name: &'static str,
    pub(super) vcpus: u32,
    /// In MiB.
    pub(super) ram: u32,
    /// In GB.
    pub(super) disk: u32,
    pub(super) extra_specs: Vec<(&'static str, String)>,
}

impl Flavor {
    /// A flavor that says of itself nothing but its name.
    pub(super) fn bare(name: &'static str, vcpus: u32, ram: u32, disk: u32) -> Self {
        Flavor { name, vcpus, ram, disk, extra_specs: Vec::new() }
    }

    /// A standard flavor as SCS-0103 has it. The disk's type is set where there is a disk.
    pub(super) fn standard(name: &'static str, vcpus: u32, ram: u32, disk: u32) -> Self {
        let cpu = if name.contains('L') { "crowded-core" } else { "shared-core" };
        let v1 = name.replacen("SCS-", "SCS_", 1).replace('-', ":").replacen("SCS_", "SCS-", 1);
        let mut extra_specs =
            vec![("scs:name-v1", v1), ("scs:name-v2", name.to_owned()), ("scs:cpu-type", cpu.to_owned())];
        if disk > 0 {
            extra_specs.push(("scs:disk0-type", "ssd".to_owned()));
        }
        Flavor { name, vcpus, ram, disk, extra_specs }
    }

    /// The command that creates it.
    pub(super) fn create(&self) -> String {
        let Flavor { name, vcpus, ram, disk, extra_specs } = self;
        let properties: String =
            extra_specs.iter().map(|(key, value)| format!(" --property {key}={value}")).collect();
        format!("flavor create --vcpus {vcpus} --ram {ram} --disk {disk}{properties} {name} -f json")
    }
}

impl Client {
    /// Runs commands in one session of the client, which takes much less time than a process for each, and returns what
    /// those of them answer that ask for `-f json`. None of them may fail.
    #[track_caller]
    pub(super) fn session(&self, commands: &[String]) -> Vec<Value> {
        let (answers, complaints) = self.talk("admin", commands);
        // The code with which a session ends says nothing of its commands.
        assert!(
            complaints.is_empty(),
            "the openstack client, asked for {commands:#?}, complains:\n{complaints}"
        );
        let asked = commands.iter().filter(|command| command.ends_with("-f json")).count();
        assert_eq!(answers.len(), asked, "the openstack client answers {commands:#?}: {answers:#?}");
        answers
    }

    /// Creates things; their ids.
    #[track_caller]
    pub(super) fn create(&self, commands: impl IntoIterator<Item = String>) -> Vec<String> {
        let commands: Vec<String> = commands.into_iter().collect();
        let id = |answer: &Value| answer["id"].as_str().expect("what was created has an id").to_owned();
        self.session(&commands).iter().map(id).collect()
    }

    /// What there is in the project of the tester, of all that checks create.
    #[track_caller]
    pub(super) fn inventory(&self) -> Vec<Value> {
        const KINDS: [&str; 8] =
            ["server", "volume", "volume backup", "network", "subnet", "router", "security group", "secret"];
        let (lists, complaints) = self.talk("tester", &KINDS.map(|kind| format!("{kind} list -f json")));
        assert_eq!(lists.len(), KINDS.len(), "not everything can be listed:\n{complaints}");
        let mut things: Vec<Value> =
            lists.into_iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect();
        things.sort_by_key(Value::to_string);
        things
    }

    /// Removes what was made in sessions, and what a test left behind that was killed.
    #[track_caller]
    pub(super) fn remove_all(&self) {
        let made = self.made.take();
        let ids = |kind: &str| {
            let of_kind = made.iter().filter(|(made, _)| *made == kind);
            of_kind.map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(" ")
        };
        let delete = |kind: &str, ids: String| (!ids.is_empty()).then(|| format!("{kind} delete {ids}"));
        let list = KINDS.map(|kind| format!("{kind} list -f json"));
        let commands: Vec<String> =
            KINDS.iter().filter_map(|kind| delete(kind, ids(kind))).chain(list).collect();
        // It may complain of what a test has deleted itself. What counts is what is left.
        let (left, complaints) = self.talk("admin", &commands);
        assert_eq!(
            left.len(),
            KINDS.len(),
            "the openstack client does not list what there is:\n{complaints}"
        );
        let ours = |kind: &str, item: &Value| {
            kind == "flavor" || item["Name"].as_str().is_some_and(|name| name.starts_with(PREFIX))
        };
        let ids = |kind: &str, list: &Value| {
            let items = list.as_array().into_iter().flatten().filter(|item| ours(kind, item));
            items.filter_map(|item| item["ID"].as_str()).collect::<Vec<_>>().join(" ")
        };
        let commands: Vec<String> =
            KINDS.iter().zip(&left).filter_map(|(kind, list)| delete(kind, ids(kind, list))).collect();
        if !commands.is_empty() {
            self.session(&commands);
        }
    }

    /// What a session writes: JSON, and complaints. Remembers what was made.
    #[track_caller]
    fn talk(&self, cloud: &str, commands: &[String]) -> (Vec<Value>, String) {
        let mut child = bed_command()
            .arg("openstack")
            .env("OS_CLOUD", cloud)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bed has the client");
        let mut stdin = child.stdin.take().expect("it is piped");
        // All of it fits into the pipe.
        stdin.write_all((commands.join("\n") + "\n").as_bytes()).expect("the client reads its commands");
        drop(stdin);
        let output = child.wait_with_output().expect("it is our child");
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        let answers: Result<Vec<Value>, _> =
            serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
        let Ok(answers) = answers else {
            let said = String::from_utf8_lossy(&output.stdout);
            panic!(
                "the openstack client, asked for {commands:#?}, writes other than JSON:\n{said}\n{complaints}"
            );
        };
        let creating = commands.iter().filter_map(|command| {
            let kind = KINDS.into_iter().find(|kind| command.starts_with(&format!("{kind} create ")));
            command.ends_with("-f json").then_some(kind)
        });
        let made = creating
            .zip(&answers)
            .filter_map(|(kind, answer)| Some((kind?, answer["id"].as_str()?.to_owned())));
        self.made.borrow_mut().extend(made);
        (answers, complaints)
    }
}
