//! The testcases: what each is about, and where the standard speaks of it.

use touchstone_sdk::Testcase;

use crate::dates::Moment;
use crate::image::Image;
use crate::many::Notes;
use crate::properties as p;
use crate::recency::image_recency;
use crate::uniqueness::os_purpose_uniqueness;

/// A testcase and how it is judged.
pub(crate) struct Rule {
    pub(crate) testcase: Testcase,
    /// The section that asks for it.
    pub(crate) section: &'static str,
    /// What is said of many images that are wrong.
    pub(crate) what: &'static str,
    pub(crate) judge: Judge,
}

/// How a testcase is judged.
#[derive(Clone, Copy)]
pub(crate) enum Judge {
    /// Image by image.
    Each(for<'a> fn(&'a Image, Moment, &mut Notes<'a>)),
    /// By all images together.
    All(for<'a> fn(&'a [Image], Moment, &mut Notes<'a>)),
}

use Judge::{All, Each};

const TECHNICAL: &str = "scs-0102-v1, \"Technical requirements and features\"";
const TECHNICAL_V2: &str = "scs-0102-v2, \"Technical requirements and features\"";
const UPDATING: &str = "scs-0102-v1, \"Image updating\"";
const ORIGIN: &str = "scs-0102-v1, \"Image Origin\"";
const BUILD: &str = "scs-0102-v1, \"Image build info\"";

macro_rules! rule {
    ($id:literal, $section:expr, $judge:expr, $what:literal, $title:literal) => {
        Rule {
            testcase: Testcase { id: concat!("scs-0102-", $id), title: $title },
            section: $section,
            what: $what,
            judge: $judge,
        }
    };
}

/// All of them, in the order in which scope manifests list them.
#[rustfmt::skip]
pub(crate) const RULES: [Rule; 20] = [
    rule!("prop-architecture", TECHNICAL, Each(p::architecture), "`architecture` is not set, or not to one that OpenStack lists",
        "Every public image names its CPU architecture in the spelling of OpenStack (`architecture`)."),
    rule!("prop-hash_algo", BUILD, Each(p::hash_algo), "no hash of the content by SHA-256 or SHA-512",
        "Every public image carries a checksum of its content by a current algorithm, SHA-256 or SHA-512 (`hash_algo`)."),
    rule!("prop-min_disk", TECHNICAL, Each(p::min_disk), "`min_disk` is not set, or less than what the image has",
        "Every public image says how many GiB of disk it needs, and is not larger itself (`min_disk`)."),
    rule!("prop-min_ram", TECHNICAL, Each(p::min_ram), "`min_ram` is not set",
        "Every public image says how many MiB of RAM it needs (`min_ram`)."),
    rule!("prop-os_version", TECHNICAL, Each(p::os_version), "`os_version` is not set",
        "Every public image says which version of its operating system it holds (`os_version`)."),
    rule!("prop-os_distro", TECHNICAL, Each(p::os_distro), "`os_distro` is not set, or not to a name that OpenStack or libosinfo lists",
        "Every public image names its operating system in the spelling of OpenStack (`os_distro`)."),
    rule!("prop-os_purpose", TECHNICAL_V2, Each(p::os_purpose), "`os_purpose` is not set, or not to a word that the standard allows",
        "Every public image says what it is for, in one of the words that the standard allows (`os_purpose`)."),
    rule!("prop-hw_disk_bus", TECHNICAL, Each(p::hw_disk_bus), "`hw_disk_bus` is not set, or not to one that OpenStack knows",
        "Every public image says on which bus its disks are attached (`hw_disk_bus`)."),
    rule!("prop-hypervisor_type", TECHNICAL, Each(p::hypervisor_type), "`hypervisor_type` is set to one that OpenStack does not list",
        "Every public image names, if any, a hypervisor that OpenStack knows (`hypervisor_type`)."),
    rule!("prop-hw_rng_model", TECHNICAL, Each(p::hw_rng_model), "`hw_rng_model` is set to something else than `virtio`",
        "Every public image names, if any, a model of random number generator that exists (`hw_rng_model`)."),
    rule!("prop-image_build_date", BUILD, Each(p::image_build_date), "`image_build_date` is not set, no date, or one that cannot be",
        "Every public image says on which day it was built, and that day is not in the future (`image_build_date`)."),
    rule!("prop-image_original_user", BUILD, Each(p::image_original_user), "`image_original_user` is not set",
        "Every public image names the user with whom to log in first (`image_original_user`)."),
    rule!("prop-image_source", ORIGIN, Each(p::image_source), "`image_source` is not set, or neither a URL nor `private`",
        "Every public image says where it comes from: a URL, or `private` (`image_source`)."),
    rule!("prop-image_description", ORIGIN, Each(p::image_description), "`image_description` is not set",
        "Every public image says where it is described, or describes itself (`image_description`)."),
    rule!("prop-replace_frequency", UPDATING, Each(p::replace_frequency), "`replace_frequency` is not set, or not to a word of the standard",
        "Every public image says how often the provider promises to replace it (`replace_frequency`)."),
    rule!("prop-provided_until", UPDATING, Each(p::provided_until), "`provided_until` is not set, or neither a date nor a word of the standard",
        "Every public image says until when the provider promises to offer it (`provided_until`)."),
    rule!("prop-uuid_validity", UPDATING, Each(p::uuid_validity), "`uuid_validity` is not set, or not as the standard has it",
        "Every public image says how long its UUID can be used (`uuid_validity`)."),
    rule!("prop-hotfix_hours", UPDATING, Each(p::hotfix_hours), "`hotfix_hours` is no number of hours",
        "Every public image says, if anything, in whole hours how fast security fixes are brought in (`hotfix_hours`)."),
    rule!("image-recency", UPDATING, All(image_recency), "a newer one was due, as `replace_frequency` says",
        "No public image is older than its `replace_frequency` promises, unless it is hidden or marked as old."),
    rule!("os_purpose-uniqueness", TECHNICAL_V2, All(os_purpose_uniqueness), "`generic`, though a newer one for the same system is so, too",
        "Of visible public images with the same architecture, distribution and version, at most one is `generic`."),
];

/// Their testcases.
pub(crate) const TESTCASES: [Testcase; RULES.len()] = {
    let mut testcases = [Testcase { id: "", title: "" }; RULES.len()];
    let mut i = 0;
    while i < RULES.len() {
        testcases[i] = RULES[i].testcase;
        i += 1;
    }
    testcases
};
