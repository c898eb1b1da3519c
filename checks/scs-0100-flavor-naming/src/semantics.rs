//! `scs-0100-semantics-check`: no name promises more than the flavor has.

use flavor_names::FlavorName;
use touchstone_sdk::Testee;
use touchstone_sdk::openstack::Flavor;

use crate::named::{COMPLIANCE, ScsFlavor, listed};

pub(crate) fn judge(flavors: &[ScsFlavor], t: &mut Testee) {
    let mut looked_at = 0_u32;
    let mut overstated = Vec::new();
    for ScsFlavor { flavor, reading } in flavors {
        let Ok(reading) = reading else { continue };
        looked_at += 1;
        let broken = broken_promises(flavor, &reading.flavor);
        if !broken.is_empty() {
            overstated.push(flavor.name.as_str());
        }
        for message in broken {
            t.violation(message).about(flavor).required_by(COMPLIANCE);
        }
    }
    // What is only worth knowing comes last, so that on a large cloud it does not use up what may be said.
    for ScsFlavor { flavor, reading } in flavors {
        for note in reading.iter().flat_map(|reading| notes(flavor, &reading.flavor)) {
            t.info(note).about(flavor).required_by(COMPLIANCE);
        }
    }
    not_looked_at(flavors, t);
    summarize(looked_at, &overstated, t);
}

/// In what the flavor has less than its name says. The standard says "at least": there is no tolerance.
fn broken_promises(flavor: &Flavor, name: &FlavorName) -> Vec<String> {
    let mut broken = Vec::new();
    let (cpus, ram) = (name.cpu_ram.cpus.get(), name.cpu_ram.ram);
    if flavor.vcpus < cpus.into() {
        broken.push(format!("the name promises {}, the flavor has {}", number(cpus, "vCPU"), flavor.vcpus));
    }
    if flavor.ram_mib < ram.mib() {
        let (promised, has) = (ram.mib(), flavor.ram_mib);
        broken.push(format!("the name promises {ram} GiB of RAM ({promised} MiB), the flavor has {has} MiB"));
    }
    if let Some(size) = name.disk.and_then(|disk| disk.size)
        && flavor.disk_gib < size.get().into()
    {
        broken.push(format!("the name promises a disk of {size} GB, {}", has_disk(flavor)));
    }
    broken
}

/// In what the flavor has more than its name says, which is allowed; and what cannot be seen.
fn notes(flavor: &Flavor, name: &FlavorName) -> Vec<String> {
    let mut more = Vec::new();
    if flavor.vcpus > name.cpu_ram.cpus.get().into() {
        more.push(number(flavor.vcpus, "vCPU"));
    }
    if flavor.ram_mib > name.cpu_ram.ram.mib() {
        more.push(format!("{} MiB of RAM", flavor.ram_mib));
    }
    // Without a size, the disk is as large as the cloud likes.
    let promised = name.disk.map_or(Some(0), |disk| disk.size.map(|size| size.get().into()));
    if promised.is_some_and(|size: u64| flavor.disk_gib > size) {
        more.push(format!("a disk of {} GB", flavor.disk_gib));
    }
    let mut notes = Vec::new();
    if !more.is_empty() {
        notes.push(format!("has more than its name says, which is allowed: {}", more.join(", ")));
    }
    if let Some(disk) = name.disk.filter(|disk| disk.count.get() > 1) {
        notes.push(format!("of the {} disks that the name promises, only the first can be seen", disk.count));
    }
    notes
}

fn not_looked_at(flavors: &[ScsFlavor], t: &mut Testee) {
    let unread = flavors.iter().filter(|flavor| flavor.reading.is_err());
    let unread: Vec<&str> = unread.map(|flavor| flavor.flavor.name.as_str()).collect();
    if !unread.is_empty() {
        let names = listed(unread.iter().copied());
        t.info(format!(
            "{} not looked at, for what cannot be read promises nothing (see scs-0100-syntax-check): {names}",
            number(unread.len() as u64, "name")
        ));
    }
}

fn summarize(looked_at: u32, overstated: &[&str], t: &mut Testee) {
    if looked_at == 0 {
        let nothing = "no flavor has an `SCS-` name that can be read";
        t.info(format!("{nothing}: there is no promise to look at, and none that is broken"))
            .required_by(COMPLIANCE);
        return t.summarize(nothing);
    }
    t.summarize(match overstated.len() {
        0 => format!("{} looked at, and none promises too much", number(looked_at, "name")),
        count => {
            let promise = if count == 1 { "promises" } else { "promise" };
            let names = listed(overstated.iter().copied());
            format!("{} looked at, and {count} {promise} too much: {names}", number(looked_at, "name"))
        }
    });
}

fn has_disk(flavor: &Flavor) -> String {
    match flavor.disk_gib {
        0 => "the flavor has none".to_owned(),
        size => format!("the flavor has one of {size} GB"),
    }
}

fn number(count: impl Into<u64>, what: &str) -> String {
    let count = count.into();
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
