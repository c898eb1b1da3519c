//! What the server is made of: the newest Debian, else the newest Ubuntu, with as little as it takes.

use touchstone_sdk::Error;
use touchstone_sdk::openstack::Flavor;

use crate::image::Image;

/// What the server is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) image_id: String,
    pub(crate) image: String,
    pub(crate) flavor_id: String,
    pub(crate) flavor: String,
    pub(crate) volume_gib: u64,
}

/// Images are known to ask for less disk than they need.
const LEAST_GIB: u64 = 8;
/// As granted.
const MOST_GIB: u64 = 50;
const GIB: u64 = 1 << 30;

/// With less, no Debian boots, whatever the image says.
const LEAST_RAM_MIB: u64 = 512;

impl Choice {
    pub(crate) fn new(image: &Image, flavor: &Flavor) -> Result<Self, Error> {
        let volume_gib = volume_gib(image)?;
        Ok(Choice {
            image_id: image.id.clone(),
            image: image.called().to_owned(),
            flavor_id: flavor.id.clone(),
            flavor: flavor.name.clone(),
            volume_gib,
        })
    }
}

/// The image to boot: of Debian before Ubuntu, then the newest; of several of those, one for servers of all kinds, then
/// the one that was made last.
pub(crate) fn image(images: &[Image]) -> Result<&Image, Error> {
    let rank = |image: &Image| {
        let (distro, version) = (image.distro()?, image.version().unwrap_or_default());
        Some(match distro.as_str() {
            "debian" => (2, debian(&version)),
            "ubuntu" => (1, ubuntu(&version)),
            _ => return None,
        })
    };
    let ranked =
        images.iter().filter(|image| image.is_active()).filter_map(|image| Some((rank(image)?, image)));
    let best = ranked.max_by(|(a_rank, a), (b_rank, b)| {
        let key = |image: &Image| (!image.has_another_purpose(), image.created_at.clone());
        // Of equals, the one with the smallest id.
        (a_rank, key(a)).cmp(&(b_rank, key(b))).then_with(|| b.id.cmp(&a.id))
    });
    best.map(|(_, image)| image).ok_or_else(|| {
        Error::new(format!(
            "of {} public images none is an active one of Debian or Ubuntu, as `os_distro` says it: there is nothing to boot",
            images.len()
        ))
    })
}

/// The release of Debian, or 0 if it cannot be told.
fn debian(version: &str) -> u32 {
    const CODENAMES: [(&str, u32); 7] = [
        ("stretch", 9),
        ("buster", 10),
        ("bullseye", 11),
        ("bookworm", 12),
        ("trixie", 13),
        ("forky", 14),
        ("duke", 15),
    ];
    let named = CODENAMES.iter().find(|(name, _)| *name == version).map(|(_, release)| *release);
    named.or_else(|| number(version)).unwrap_or(0)
}

/// The release of Ubuntu, 2404 for 24.04, or 0 if it cannot be told.
fn ubuntu(version: &str) -> u32 {
    const CODENAMES: [(&str, u32); 6] = [
        ("xenial", 1604),
        ("bionic", 1804),
        ("focal", 2004),
        ("jammy", 2204),
        ("noble", 2404),
        ("resolute", 2604),
    ];
    let named = CODENAMES.iter().find(|(name, _)| *name == version).map(|(_, release)| *release);
    let written = || {
        let (year, month) = version.split_once('.')?;
        Some(number(year)?.saturating_mul(100).saturating_add(number(month)?))
    };
    named.or_else(written).unwrap_or(0)
}

/// The number with which a text begins.
fn number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The most frugal flavor on which the image runs, of those that let servers have a random number generator if there are.
pub(crate) fn flavor<'f>(flavors: &'f [Flavor], image: &Image) -> Result<&'f Flavor, Error> {
    let min_ram = image.min_ram.ok_or_else(|| Error::new(says_not("min_ram", image)))?;
    let with = |ram: u64| flavors.iter().filter(move |flavor| flavor.ram_mib >= ram);
    let enough: Vec<&Flavor> = match with(min_ram.max(LEAST_RAM_MIB)).next() {
        Some(_) => with(min_ram.max(LEAST_RAM_MIB)).collect(),
        None => with(min_ram).collect(),
    };
    let has_rng = enough.iter().any(|flavor| allows_rng(flavor));
    let candidates = enough.into_iter().filter(|flavor| !has_rng || allows_rng(flavor));
    candidates.min_by_key(|flavor| (cost(flavor), &flavor.name, &flavor.id)).ok_or_else(|| {
        Error::new(format!(
            "of {} flavors none has the {min_ram} MiB of RAM that image `{}` needs: there is nothing to boot it on",
            flavors.len(),
            image.called()
        ))
    })
}

/// Whether servers may have a random number generator. Nova does not mind the case.
pub(crate) fn allows_rng(flavor: &Flavor) -> bool {
    flavor.extra_specs.get("hw_rng:allowed").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// A vCPU costs as much as 3 GiB of RAM or 10 GiB of disk.
fn cost(flavor: &Flavor) -> u128 {
    let (vcpus, ram, disk) =
        (u128::from(flavor.vcpus), u128::from(flavor.ram_mib), u128::from(flavor.disk_gib));
    vcpus * 30 * 1024 + ram * 10 + disk * 3 * 1024
}

fn volume_gib(image: &Image) -> Result<u64, Error> {
    let min_disk = image.min_disk.ok_or_else(|| Error::new(says_not("min_disk", image)))?;
    let bytes = image.virtual_size.into_iter().chain(image.size).max().unwrap_or(0);
    let gib = min_disk.max(bytes.div_ceil(GIB)).max(LEAST_GIB);
    if gib > MOST_GIB {
        return Err(Error::new(format!(
            "image `{}` needs a boot volume of {gib} GiB; this check makes none larger than {MOST_GIB} GiB",
            image.called()
        )));
    }
    Ok(gib)
}

fn says_not(what: &str, image: &Image) -> String {
    format!("image GET /images: image `{}` has no `{what}`", image.called())
}
