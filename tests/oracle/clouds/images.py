"""Images: what providers offer, and what may be odd about their properties."""

import uuid
from datetime import date, timedelta

from cloud import Image
from standards.scs_0102 import build_day

# Name, os_distro, os_version, user, where its download is.
SYSTEMS = [
    ("Ubuntu 24.04", "ubuntu", "24.04", "ubuntu", "https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04.img"),
    ("Ubuntu 22.04", "ubuntu", "22.04", "ubuntu", "https://cloud-images.ubuntu.com/jammy/current/jammy-server.img"),
    ("Ubuntu 20.04", "ubuntu", "20.04", "ubuntu", "https://cloud-images.ubuntu.com/releases/focal/release/ubuntu-20.04.img"),
    ("Debian 13", "debian", "13", "debian", "https://cloud.debian.org/images/cloud/trixie/latest/debian-13.qcow2"),
    ("Debian 12", "debian", "12", "debian", "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12.qcow2"),
    ("Debian 11", "debian", "11", "debian", "https://cdimage.debian.org/cdimage/cloud/bullseye/latest/debian-11.qcow2"),
    ("Debian 10", "debian", "10", "debian", "https://cdimage.debian.org/cdimage/cloud/buster/latest/debian-10.qcow2"),
    ("Rocky Linux 9", "rocky", "9", "rocky", "https://download.rockylinux.org/pub/rocky/9/images/x86_64/Rocky-9.qcow2"),
    ("Fedora 42", "fedora", "42", "fedora", "https://download.fedoraproject.org/pub/fedora/linux/releases/42/Cloud/"),
    ("openSUSE Leap 15.6", "opensuse", "15.6", "opensuse", "https://download.opensuse.org/distribution/leap/15.6/appliances/"),
    ("Windows Server 2025", "windows", "2025", "Administrator", "private"),
]
CAPI = "https://nbg1.your-objectstorage.com/osism/openstack-k8s-capi-images/ubuntu-2404-kube-v1.{0}/ubuntu-2404-kube-v1.{0}.{1}.qcow2"
OLD_CAPI = (
    "https://swift.services.a.regiocloud.tech/swift/v1/AUTH_b182637428444b9aa302bb8d5a5a418c/openstack-k8s-capi-images/"
    "ubuntu-2204-kube-v1.{0}/ubuntu-2204-kube-v1.{0}.{1}.qcow2"
)
# The one that is never changed: servers boot from it.
ANCHOR = "Debian 13"
DUE = {"yearly": 365, "quarterly": 90, "monthly": 30, "weekly": 7, "daily": 1}
TODAY = date(2026, 11, 23)  # `generate.py` sets it.


def right(rng, scenario):
    systems = [s for s in SYSTEMS if s[0] in (ANCHOR, "Ubuntu 24.04") or rng.random() < 0.6]
    images = [system(rng, *s) for s in systems]
    separator = rng.choice("- ")
    for minor in rng.sample(range(28, 36), rng.choice([0, 1, 1, 2, 5])):
        images.append(node_image(rng, separator, minor, rng.randint(0, 12), rng.choice([CAPI, CAPI, OLD_CAPI])))
    images.append(image("acme-appliance", {"architecture": "sparc65"}) | {"visibility": "private", "owner": "project"})
    if rng.random() < 0.3:
        for each in images:
            each["properties"].pop("hw_rng_model", None)
    rng.shuffle(images)
    scenario["images"] = images


def system(rng, name, distribution, version, user, source):
    frequency = rng.choice([*DUE, "critical_bug", "never", "monthly", "monthly"])
    properties = {
        "architecture": "x86_64" if rng.random() < 0.8 or name == ANCHOR else "aarch64",
        "hypervisor_type": "qemu",
        "hw_disk_bus": rng.choice(["scsi", "scsi", "virtio"]),
        "hw_rng_model": "virtio",
        "os_distro": distribution,
        "os_version": version,
        "os_purpose": "generic",
        "replace_frequency": frequency,
        "provided_until": rng.choice(["none", "notice", "2029-12-31"]),
        "uuid_validity": rng.choice(["none", "last-3", "2029-12-31", "notice", "forever"]),
        "hotfix_hours": rng.choice(["0", "48"]),
        "image_original_user": user,
        "image_source": source,
        "image_description": rng.choice([source.rsplit("/", 1)[0], "Straight from upstream"]) if "/" in source else "See our handbook",
        "image_build_date": str(TODAY - timedelta(days=rng.randint(0, DUE.get(frequency, 900)))),
    }
    return image(name, properties) | {"min_disk": rng.choice([5, 8, 20]), "min_ram": rng.choice([512, 1024, 2048])}


def node_image(rng, separator, minor, patch, source):
    properties = system(rng, "", "ubuntu", "24.04", "ubuntu", source.format(minor, patch))["properties"]
    properties |= {"os_purpose": "k8snode", "image_description": "https://github.com/osism/k8s-capi-images"}
    return image(f"ubuntu-capi-image{separator}v1.{minor}.{patch}", properties) | {"min_disk": 20, "min_ram": 2048}


def image(name, properties):
    return {"name": name, "size": 500 << 20, "properties": properties}


def finish(scenario):
    """Gives each image an id of its own, since several may have the same name, and lets it be registered on the day
    of its build. Where that is no date, the simulator's own day stays: the verdict may depend on it."""
    for number, each in enumerate(scenario["images"]):
        each["id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scenario['name']}/images/{number}"))
        built_on = build_day(Image(each))
        if built_on is not None:
            each["age_days"] = max(0, (TODAY - built_on).days)


def one(rng, scenario):
    """A public image other than the anchor."""
    return rng.choice([i for i in scenario["images"] if i["name"] != ANCHOR and i.get("visibility", "public") == "public"])


def named(rng, scenario, *prefixes):
    found = [i for i in scenario["images"] if i["name"].startswith(prefixes) and i["name"] != ANCHOR]
    return rng.choice(found) if found else one(rng, scenario)


def set_to(name, *values):
    def change(rng, scenario):
        one(rng, scenario)["properties"][name] = rng.choice(values)

    return change


def not_set(name):
    def change(rng, scenario):
        one(rng, scenario)["properties"].pop(name, None)

    return change


def own(**values):
    """Changes what is not a property."""

    def change(rng, scenario):
        one(rng, scenario).update(values)

    return change


def built(frequency, *dates, until="2029-12-31"):
    """The image promises to be replaced, and was built on one of these days."""

    def change(rng, scenario):
        one(rng, scenario)["properties"].update(
            replace_frequency=frequency, image_build_date=rng.choice(dates), provided_until=until
        )

    return change


def old(**values):
    """A year too old, but with these values."""

    def change(rng, scenario):
        chosen = one(rng, scenario)
        chosen["properties"].update(replace_frequency="monthly", image_build_date="2025-11-03", provided_until="notice")
        chosen["properties"].update(values.get("properties", {}))
        chosen["name"] += values.get("suffix", "")
        chosen.update({key: value for key, value in values.items() if key not in ("properties", "suffix")})

    return change


def again(**values):
    """A copy of a generic image, with these values."""

    def change(rng, scenario):
        chosen = named(rng, scenario, "Ubuntu", "Debian", "Rocky", "Fedora")
        copy = {**chosen, "properties": {**chosen["properties"], **values.get("properties", {})}}
        copy.update({key: value for key, value in values.items() if key != "properties"})
        scenario["images"].append(copy)

    return change


def again_without_version(rng, scenario):
    """Two generic images of which nobody knows the version."""
    chosen = named(rng, scenario, "Ubuntu", "Rocky", "Fedora")
    chosen["properties"].pop("os_version", None)
    scenario["images"].append({**chosen, "name": "another one", "properties": dict(chosen["properties"])})


def source_of(prefix, source):
    def change(rng, scenario):
        named(rng, scenario, prefix)["properties"]["image_source"] = source

    return change


def no_source(rng, scenario):
    named(rng, scenario, "Ubuntu", "Debian", "ubuntu-capi")["properties"].pop("image_source", None)


def gone(*prefixes):
    def change(rng, scenario):
        scenario["images"] = [i for i in scenario["images"] if not i["name"].startswith(prefixes)]

    return change


def node_image_named(name, source=CAPI):
    def change(rng, scenario):
        made = node_image(rng, "-", 30, 1, source)
        made["name"] = name
        scenario["images"].append(made)

    return change


def everything_missing(rng, scenario):
    one(rng, scenario).update(properties={}, min_disk=0, min_ram=0)


PROPERTIES = (
    "architecture os_version os_distro os_purpose hw_disk_bus hypervisor_type hw_rng_model image_build_date"
    " image_original_user image_source image_description replace_frequency provided_until uuid_validity hotfix_hours"
).split()

CHANGES = {f"image: no {name}": not_set(name) for name in PROPERTIES} | {
    "image: architecture is another's word": set_to("architecture", "amd64", "X86_64", "x86-64", "arm64", "x86_64 ", ""),
    "image: architecture is a rare one": set_to("architecture", "ppc64", "s390x", "armv7l"),
    "image: os_distro with capitals": set_to("os_distro", "Ubuntu", "Debian", "openSUSE"),
    "image: os_distro is another's word": set_to("os_distro", "redhat", "archlinux", "org.debian", "rockylinux", "canonical"),
    "image: os_distro is one that only libosinfo knows": set_to("os_distro", "almalinux", "alpinelinux"),
    "image: os_distro is a rare one": set_to("os_distro", "gentoo", "freebsd", "arch", "rhel"),
    "image: os_version is blank": set_to("os_version", "", " "),
    "image: os_version is a code name": set_to("os_version", "noble", "bookworm"),
    "image: os_purpose is not allowed": set_to("os_purpose", "general", "Generic", "k8s-node", "desktop", ""),
    "image: os_purpose is another one": set_to("os_purpose", "minimal", "gpu", "network", "custom", "oldgeneric"),
    "image: hw_disk_bus is none": set_to("hw_disk_bus", "SCSI", "nvme", "disk", ""),
    "image: hw_disk_bus is an old one": set_to("hw_disk_bus", "ide", "usb"),
    "image: hypervisor_type is another's word": set_to("hypervisor_type", "kvm", "QEMU", "KVM", "hyper-v", ""),
    "image: hypervisor_type is a rare one": set_to("hypervisor_type", "xen", "vmware", "ironic", "hyperv"),
    "image: hw_rng_model is none": set_to("hw_rng_model", "Virtio", "virtio-rng", "rdrand", ""),
    "image: the user is blank": set_to("image_original_user", "", "  "),
    "image: the user is `none`": set_to("image_original_user", "none"),
    "image: image_source is no URL": set_to(
        "image_source", "Private", "cloud-images.ubuntu.com/noble/", "https://", "https:/x.example/a", "none", "", "upstream", "/images/a.img"
    ),
    "image: image_source is private": set_to("image_source", "private"),
    "image: image_source is an unusual URL": set_to("image_source", "http://x.example", "HTTPS://x.example:8443/a.img?b#c"),
    "image: the description is blank": set_to("image_description", "", " "),
    "image: replace_frequency is not allowed": set_to("replace_frequency", "Monthly", "biweekly", "month", "none", "critical-bug", ""),
    "image: provided_until is not allowed": set_to("provided_until", "forever", "last-3", "None", "2027", "", "31.12.2027"),
    "image: provided_until is a date in another format": set_to("provided_until", "2027-1-1", "20270101", "2027/12/31", "2027-12"),
    "image: provided_until is no day": set_to("provided_until", "2027-02-29", "2027-13-01", "2027-06-31", "2027-00-10"),
    "image: uuid_validity is not allowed": set_to("uuid_validity", "last-", "last-x", "last3", "last-3.5", "Forever", "3", "latest-3", ""),
    "image: uuid_validity is no day": set_to("uuid_validity", "2027-02-30", "2027-04-31", "31-12-2027"),
    "image: uuid_validity is many": set_to("uuid_validity", "last-10", "last-1"),
    "image: hotfix_hours is no number": set_to("hotfix_hours", "48h", "two", "", "-1", "24-48", "best effort"),
    "image: hotfix_hours is a number": set_to("hotfix_hours", "24", "120"),
    "image: built on a day in another format": set_to(
        "image_build_date", "20261101", "2026-11-1", "01.11.2026", "2026/11/01", "Nov 1 2026", "2026-11", "yesterday", ""
    ),
    "image: built on no day": set_to("image_build_date", "2026-02-30", "2026-00-10", "2026-11-00", "2026-13-01", "2025-02-29"),
    "image: built in the future": set_to("image_build_date", "2026-11-24", "2027-01-01", "2026-12-01 08:00"),
    "image: built today": set_to("image_build_date", "2026-11-23", "2026-11-23 00:00"),
    "image: built at an hour": set_to("image_build_date", "2026-11-22 07:05", "2026-11-22 23:59:59", "2026-11-22 00:00"),
    "image: built at no hour": set_to(
        "image_build_date", "2026-11-22 24:00", "2026-11-22 7:05", "2026-11-22 07:60", "2026-11-22T07:05:00Z",
        "2026-11-22 07:05:00 UTC", "2026-11-22 07", "2026-11-22  07:05", "2026-11-22 ",
    ),
    "image: built on a leap day": built("never", "2024-02-29"),
    "image: monthly, on the last day": built("monthly", "2026-10-20", "2026-10-23", "2026-10-21"),
    "image: monthly, a day too late": built("monthly", "2026-10-19", "2026-10-18"),
    "image: quarterly, on the last day": built("quarterly", "2026-08-20", "2026-08-23"),
    "image: quarterly, a day too late": built("quarterly", "2026-08-19"),
    "image: yearly, on the last day": built("yearly", "2025-11-20", "2025-11-23"),
    "image: yearly, a day too late": built("yearly", "2025-11-19"),
    "image: weekly, on the last day": built("weekly", "2026-11-13", "2026-11-16"),
    "image: weekly, a day too late": built("weekly", "2026-11-12"),
    "image: daily, on the last day": built("daily", "2026-11-19", "2026-11-22"),
    "image: daily, a day too late": built("daily", "2026-11-18"),
    "image: never replaced": built("never", "2019-07-01"),
    "image: replaced for critical bugs": built("critical_bug", "2023-07-01"),
    "image: no longer provided": built("monthly", "2026-06-20", until="2026-07-01"),
    "image: still provided": built("monthly", "2026-06-20", until="2027-07-01"),
    "image: provided until today": built("monthly", "2026-06-20", until="2026-11-23"),
    "image: provided until yesterday": built("monthly", "2026-06-20", until="2026-11-22"),
    "image: provided until further notice, and too old": built("monthly", "2026-06-20", until="notice"),
    "image: of no promised end, and too old": built("monthly", "2026-06-20", until="none"),
    "image: much too old": old(),
    "image: too old, but hidden": old(hidden=True),
    "image: too old, but marked so": old(properties={"os_purpose": "oldgeneric"}),
    "image: too old, but renamed": old(suffix=" 20251103"),
    "image: too old, and renamed with another day": old(suffix=" 20251104"),
    "image: too old, but somebody's own": old(visibility="private", owner="project"),
    "image: no min_disk": own(min_disk=0),
    "image: larger than min_disk": own(min_disk=1, size=(1 << 30) + 1),
    "image: as large as min_disk": own(min_disk=1, size=1 << 30),
    "image: no min_ram": own(min_ram=0),
    "image: hidden, with wrong properties": own(hidden=True, properties={"os_distro": "Ubuntu"}),
    "image: community, with wrong properties": own(visibility="community", properties={"os_distro": "Ubuntu"}),
    "image: private": own(visibility="private"),
    "image: shared": own(visibility="shared"),
    "image: everything missing": everything_missing,
    "image: twice": again(),
    "image: twice, one hidden": again(hidden=True),
    "image: twice, one private": again(visibility="private", owner="project"),
    "image: twice, one old": again(name="an old one", properties={"os_purpose": "oldgeneric"}),
    "image: twice, one minimal": again(name="a small one", properties={"os_purpose": "minimal"}),
    "image: twice, by another name": again(name="the same again"),
    "image: twice, for ppc64": again(name="for others", properties={"architecture": "ppc64"}),
    "image: twice, of no known version": again_without_version,
    "image: Ubuntu from elsewhere": source_of("Ubuntu", "https://mirror.example/ubuntu/noble/noble.img"),
    "image: Ubuntu from nearly the right place": source_of("Ubuntu 24.04", "https://cloud-images.ubuntu.com/releases/nobler/a.img"),
    "image: Ubuntu of another version's place": source_of("Ubuntu 22.04", "https://cloud-images.ubuntu.com/releases/noble/a.img"),
    "image: Ubuntu without TLS": source_of("Ubuntu", "http://cloud-images.ubuntu.com/releases/noble/a.img"),
    "image: Debian from elsewhere": source_of("Debian", "private"),
    "image: Debian of another version's place": source_of("Debian", "https://cloud.debian.org/images/cloud/sid/a.qcow2"),
    "image: a node image from elsewhere": source_of("ubuntu-capi", "https://nbg1.your-objectstorage.com/other/a.qcow2"),
    "image: no source": no_source,
    "image: no Ubuntu": gone("Ubuntu 24.04", "Ubuntu 22.04"),
    "image: no Debian 12": gone("Debian 12"),
    "image: no node images": gone("ubuntu-capi"),
    "image: Ubuntu with its code name": own(name="Ubuntu 24.04 (Noble)"),
    "image: a node image without a patch level": node_image_named("ubuntu-capi-image-v1.30"),
    "image: a node image of a release candidate": node_image_named("ubuntu-capi-image-v1.36.0-rc.1", "https://elsewhere.example/{}/{}"),
    "image: a node image with something before": node_image_named("my-ubuntu-capi-image-v1.30.1", "https://elsewhere.example/{}/{}"),
    "image: a node image of version 10": node_image_named("ubuntu-capi-image-v10.3.1", "https://elsewhere.example/{}/{}"),
    "image: a node image with both separators": node_image_named("ubuntu-capi-image v1.30.1"),
    "image: none at all": gone(""),
}
