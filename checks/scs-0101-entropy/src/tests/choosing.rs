//! Which image is booted, and with which flavor.

use std::collections::BTreeMap;

use touchstone_sdk::openstack::Flavor;

use super::image as image_json;
use super::*;
use crate::choice::{self, Choice};
use crate::image::Image;

fn images(of: &[(&str, &str)]) -> Vec<Image> {
    let parse =
        |(i, (distro, version)): (usize, &(&str, &str))| parsed(image_json(&i.to_string(), distro, version));
    of.iter().enumerate().map(parse).collect()
}

fn parsed(image: Value) -> Image {
    serde_json::from_value(image).unwrap()
}

/// The place of the image that is chosen.
fn chosen(of: &[(&str, &str)]) -> usize {
    let images = images(of);
    let image = choice::image(&images).unwrap();
    images.iter().position(|other| other == image).unwrap()
}

#[test]
fn the_newest_debian_is_chosen_else_the_newest_ubuntu() {
    for (images, expected) in [
        (&[("ubuntu", "24.04"), ("debian", "12"), ("debian", "13"), ("debian", "9")][..], 2),
        (&[("ubuntu", "24.04"), ("ubuntu", "22.04"), ("ubuntu", "24.10")], 2),
        (&[("debian", "bookworm"), ("debian", "trixie"), ("debian", "11")], 1),
        (&[("Debian ", " 12.5"), ("debian", "11")], 0),
        (&[("ubuntu", "noble"), ("ubuntu", "22.04"), ("ubuntu", "jammy")], 0),
        (&[("ubuntu", "24.04.3"), ("ubuntu", "24.04 LTS"), ("ubuntu", "26.04")], 2),
        (&[("arch", "99"), ("ubuntu", "18.04"), ("fedora", "43")], 1),
        // What is not known is older than what is.
        (&[("debian", "sid"), ("debian", "10")], 1),
        (&[("debian", ""), ("ubuntu", "24.04")], 0),
        (&[("debian", "99999999999"), ("debian", "10")], 1),
        (&[("ubuntu", "99999999.99999999"), ("ubuntu", "rolling")], 0),
    ] {
        assert_eq!(chosen(images), expected, "{images:?}");
    }
}

#[test]
fn of_several_of_the_same_version_one_for_all_kinds_of_servers_is_chosen_then_the_youngest() {
    let made = |id: &str, purpose: Value, created: &str| {
        let mut image = image_json(id, "ubuntu", "24.04");
        image["os_purpose"] = purpose;
        image["created_at"] = created.into();
        parsed(image)
    };
    let (old, young) = ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    let name = |images: &[Image]| choice::image(images).unwrap().called().to_owned();
    let mut images = vec![
        made("a", json!("k8snode"), young),
        made("b", json!("generic"), old),
        made("c", Value::Null, young),
    ];
    assert_eq!(name(&images), "c");
    images.pop();
    assert_eq!(name(&images), "b");
    let mut equals = vec![made("b", Value::Null, old), made("a", Value::Null, old)];
    assert_eq!(name(&equals), "a");
    equals.reverse();
    assert_eq!(name(&equals), "a");
}

#[test]
fn without_debian_and_ubuntu_there_is_nothing_to_boot() {
    let mut inactive = image_json("Debian 13", "debian", "13");
    inactive["status"] = "deactivated".into();
    let mut private = image_json("Debian 13", "debian", "13");
    private["visibility"] = "private".into();
    for images in [json!([]), json!([image_json("Arch", "arch", "1")]), json!([inactive]), json!([private])] {
        let report = report(&but_json(IMAGES, json!({"images": images})));
        for testcase in OF_A_MACHINE {
            assert_eq!(report.verdict(testcase), DNF);
            assert!(report.reason(testcase).contains("Debian or Ubuntu"));
        }
        assert!(report.created.is_empty());
        assert_eq!(report.verdict(IMAGE_PROPERTY), PASS);
    }
}

fn flavor(name: &str, vcpus: u64, ram_mib: u64, disk_gib: u64, rng: &str) -> Flavor {
    let extra_specs = BTreeMap::from([("hw_rng:allowed".to_owned(), rng.to_owned())]);
    Flavor { id: name.into(), name: name.into(), vcpus, ram_mib, disk_gib, extra_specs }
}

fn debian(min_ram: u64) -> Image {
    let mut image = image_json("Debian 13", "debian", "13");
    image["min_ram"] = min_ram.into();
    parsed(image)
}

fn name(flavors: &[Flavor], min_ram: u64) -> String {
    choice::flavor(flavors, &debian(min_ram))
        .map_or_else(|error| error.to_string(), |flavor| flavor.name.clone())
}

#[test]
fn the_flavor_is_a_frugal_one_with_enough_ram() {
    let flavors = [
        flavor("tiny", 1, 256, 0, "True"),
        flavor("small", 1, 1024, 10, "True"),
        flavor("medium", 1, 2048, 0, "True"),
        flavor("large", 2, 2048, 0, "True"),
    ];
    // 1 GiB of RAM is a third of a vCPU, 10 GiB of disk are a whole one.
    assert_eq!(name(&flavors, 1024), "medium");
    assert_eq!(name(&flavors, 2048), "medium");
    // No Debian boots with 256 MiB; were there nothing else, it would be tried all the same.
    assert_eq!(name(&flavors, 0), "medium");
    assert_eq!(name(&flavors[..1], 0), "tiny");
    assert!(name(&flavors, 4096).starts_with("of 4 flavors none has the 4096 MiB"));
    assert!(name(&[], 0).starts_with("of 0 flavors"));
    let disks = [flavor("disk", 1, 1024, 4, "True"), flavor("ram", 1, 2048, 0, "True")];
    assert_eq!(name(&disks, 1024), "ram");
    let disks = [flavor("disk", 1, 1024, 3, "True"), flavor("ram", 1, 2048, 0, "True")];
    assert_eq!(name(&disks, 1024), "disk");
}

#[test]
fn a_flavor_that_lets_servers_have_a_random_number_generator_is_preferred() {
    let flavors = [flavor("small", 1, 1024, 0, "False"), flavor("rng", 4, 8192, 50, "true")];
    assert_eq!(name(&flavors, 1024), "rng");
    assert_eq!(name(&flavors[..1], 1024), "small");
    let too_small = [flavor("small", 1, 1024, 0, "False"), flavor("rng", 1, 512, 0, "True")];
    assert_eq!(name(&too_small, 1024), "small");
}

#[test]
fn of_equals_the_first_by_name_is_chosen_however_large_they_are() {
    let flavors = [
        flavor("b", u64::MAX, u64::MAX, u64::MAX, "True"),
        flavor("a", u64::MAX, u64::MAX, u64::MAX, "True"),
    ];
    assert_eq!(name(&flavors, 0), "a");
}

#[test]
fn the_boot_volume_has_room_for_the_image() {
    const GIB: u64 = 1 << 30;
    for (min_disk, size, virtual_size, expected) in [
        (0, json!(GIB), Value::Null, Some(8)),
        (5, Value::Null, Value::Null, Some(8)),
        (20, json!(GIB), Value::Null, Some(20)),
        (5, json!(GIB), json!(10 * GIB), Some(10)),
        (5, json!(GIB), json!(10 * GIB + 1), Some(11)),
        (5, json!(12 * GIB), json!(GIB), Some(12)),
        (50, json!(GIB), Value::Null, Some(50)),
        (51, json!(GIB), Value::Null, None),
        (5, json!(u64::MAX), Value::Null, None),
    ] {
        let mut image = image_json("Debian 13", "debian", "13");
        image["min_disk"] = min_disk.into();
        image["size"] = size;
        image["virtual_size"] = virtual_size;
        let choice = Choice::new(&parsed(image.clone()), &flavor("f", 1, 1024, 0, "True"));
        assert_eq!(choice.ok().map(|choice| choice.volume_gib), expected, "{image}");
    }
}

#[test]
fn an_image_that_does_not_say_what_it_needs_is_not_booted() {
    for member in ["min_ram", "min_disk"] {
        let mut image = image_json("Debian 13", "debian", "13");
        image.as_object_mut().unwrap().remove(member);
        let report = report(&but_json(IMAGES, json!({"images": [image]})));
        assert_eq!(report.verdict(ENTROPY_AVAIL), DNF);
        assert!(report.reason(ENTROPY_AVAIL).contains(&format!("image `Debian 13` has no `{member}`")));
        assert!(report.created.is_empty());
    }
}
