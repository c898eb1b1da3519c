//! The standard flavors: SCS-0103 v1.2, "Standard SCS flavors".

use touchstone_sdk::Testcase;

/// A standard flavor. What it has to be follows from its name; a test holds that against the standard's tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StandardFlavor {
    /// The section that asks for it.
    pub(crate) section: &'static str,
    /// Its recommended name.
    pub(crate) name: &'static str,
    /// The testcase that is about it.
    pub(crate) testcase: Testcase,
}

const MANDATORY: &str = "scs-0103-v1, \"Mandatory\"";
const RECOMMENDED_1: &str = "scs-0103-v1, \"Recommended, part 1\"";
const RECOMMENDED_2: &str = "scs-0103-v1, \"Recommended, part 2\"";

macro_rules! flavor {
    ($section:expr, $id:literal, $name:literal, $what:literal) => {
        StandardFlavor {
            section: $section,
            name: $name,
            testcase: Testcase {
                id: concat!("scs-0103-flavor-", $id),
                title: concat!(
                    "There is a flavor `",
                    $name,
                    "`: ",
                    $what,
                    "; its `scs:` extra specs say so."
                ),
            },
        }
    };
}

/// All of them, in the order in which scope manifests list them.
pub(crate) const FLAVORS: [StandardFlavor; 31] = [
    flavor!(MANDATORY, "1v-4", "SCS-1V-4", "1 vCPU, 4 GiB of RAM, no disk"),
    flavor!(MANDATORY, "2v-8", "SCS-2V-8", "2 vCPUs, 8 GiB of RAM, no disk"),
    flavor!(MANDATORY, "4v-16", "SCS-4V-16", "4 vCPUs, 16 GiB of RAM, no disk"),
    flavor!(MANDATORY, "8v-32", "SCS-8V-32", "8 vCPUs, 32 GiB of RAM, no disk"),
    flavor!(MANDATORY, "1v-2", "SCS-1V-2", "1 vCPU, 2 GiB of RAM, no disk"),
    flavor!(MANDATORY, "2v-4", "SCS-2V-4", "2 vCPUs, 4 GiB of RAM, no disk"),
    flavor!(MANDATORY, "4v-8", "SCS-4V-8", "4 vCPUs, 8 GiB of RAM, no disk"),
    flavor!(MANDATORY, "8v-16", "SCS-8V-16", "8 vCPUs, 16 GiB of RAM, no disk"),
    flavor!(MANDATORY, "16v-32", "SCS-16V-32", "16 vCPUs, 32 GiB of RAM, no disk"),
    flavor!(MANDATORY, "1v-8", "SCS-1V-8", "1 vCPU, 8 GiB of RAM, no disk"),
    flavor!(MANDATORY, "2v-16", "SCS-2V-16", "2 vCPUs, 16 GiB of RAM, no disk"),
    flavor!(MANDATORY, "4v-32", "SCS-4V-32", "4 vCPUs, 32 GiB of RAM, no disk"),
    flavor!(MANDATORY, "1l-1", "SCS-1L-1", "1 vCPU (crowded), 1 GiB of RAM, no disk"),
    flavor!(MANDATORY, "2v-4-20s", "SCS-2V-4-20s", "2 vCPUs, 4 GiB of RAM, 20 GB of disk on SSD"),
    flavor!(MANDATORY, "4v-16-100s", "SCS-4V-16-100s", "4 vCPUs, 16 GiB of RAM, 100 GB of disk on SSD"),
    flavor!(RECOMMENDED_1, "1v-4-10", "SCS-1V-4-10", "1 vCPU, 4 GiB of RAM, 10 GB of disk"),
    flavor!(RECOMMENDED_1, "2v-8-20", "SCS-2V-8-20", "2 vCPUs, 8 GiB of RAM, 20 GB of disk"),
    flavor!(RECOMMENDED_1, "4v-16-50", "SCS-4V-16-50", "4 vCPUs, 16 GiB of RAM, 50 GB of disk"),
    flavor!(RECOMMENDED_1, "8v-32-100", "SCS-8V-32-100", "8 vCPUs, 32 GiB of RAM, 100 GB of disk"),
    flavor!(RECOMMENDED_1, "1v-2-5", "SCS-1V-2-5", "1 vCPU, 2 GiB of RAM, 5 GB of disk"),
    flavor!(RECOMMENDED_1, "2v-4-10", "SCS-2V-4-10", "2 vCPUs, 4 GiB of RAM, 10 GB of disk"),
    flavor!(RECOMMENDED_1, "4v-8-20", "SCS-4V-8-20", "4 vCPUs, 8 GiB of RAM, 20 GB of disk"),
    flavor!(RECOMMENDED_1, "8v-16-50", "SCS-8V-16-50", "8 vCPUs, 16 GiB of RAM, 50 GB of disk"),
    flavor!(RECOMMENDED_1, "16v-32-100", "SCS-16V-32-100", "16 vCPUs, 32 GiB of RAM, 100 GB of disk"),
    flavor!(RECOMMENDED_1, "1v-8-20", "SCS-1V-8-20", "1 vCPU, 8 GiB of RAM, 20 GB of disk"),
    flavor!(RECOMMENDED_1, "2v-16-50", "SCS-2V-16-50", "2 vCPUs, 16 GiB of RAM, 50 GB of disk"),
    flavor!(RECOMMENDED_1, "4v-32-100", "SCS-4V-32-100", "4 vCPUs, 32 GiB of RAM, 100 GB of disk"),
    flavor!(RECOMMENDED_1, "1l-1-5", "SCS-1L-1-5", "1 vCPU (crowded), 1 GiB of RAM, 5 GB of disk"),
    flavor!(RECOMMENDED_2, "16v-64", "SCS-16V-64", "16 vCPUs, 64 GiB of RAM, no disk"),
    flavor!(RECOMMENDED_2, "8v-64", "SCS-8V-64", "8 vCPUs, 64 GiB of RAM, no disk"),
    flavor!(RECOMMENDED_2, "16v-128", "SCS-16V-128", "16 vCPUs, 128 GiB of RAM, no disk"),
];

/// A testcase for each.
pub(crate) const TESTCASES: [Testcase; FLAVORS.len()] = {
    let mut testcases = [FLAVORS[0].testcase; FLAVORS.len()];
    let mut i = 0;
    while i < FLAVORS.len() {
        testcases[i] = FLAVORS[i].testcase;
        i += 1;
    }
    testcases
};
