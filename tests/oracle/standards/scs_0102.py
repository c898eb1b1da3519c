"""SCS-0102-v1 and -v2, image metadata. One rule for each property; what is tested is the same for v1 and v2.

Reading: the images that are judged are those that the list of public images shows. Hidden ones are old ones that
have left the catalogue ("Image updating"), and the standard targets images "provided for public consumption".
"""

import re
from datetime import date, timedelta

from standards import asked, passes, unless_any

# https://docs.openstack.org/glance/2025.1/admin/useful-image-properties.html, to which the section "Technical
# requirements and features" binds `architecture`, `os_distro` and `hypervisor_type`.
ARCHITECTURES = set(
    "aarch64 alpha armv7l cris i686 ia64 lm32 m68k microblaze microblazeel mips mipsel mips64 mips64el openrisc"
    " parisc parisc64 ppc ppc64 ppcemb s390 s390x sh4 sh4eb sparc sparc64 unicore32 x86_64 xtensa xtensaeb".split()
)
# Reading: "one of" these, although that page also says that the vocabulary is that of libosinfo, which has more
# (`almalinux`) and names one otherwise (`archlinux`).
DISTRIBUTIONS = set(
    "arch centos debian fedora freebsd gentoo mandrake mandriva mes msdos netbsd netware openbsd opensolaris opensuse"
    " rocky rhel sled ubuntu windows".split()
)
HYPERVISOR_TYPES = set("hyperv ironic lxc qemu uml vmware xen".split())
# Reading: the standard says only that `hw_disk_bus` is mandatory; a word that is no bus in OpenStack does not fill it
# in. These are the ones of that page, and two more that nova knows.
DISK_BUSES = set("scsi virtio uml xen ide usb lxc sata fdc".split())
# Reading: "Other supported device" on that page: nova supports no other.
RNG_MODELS = {"virtio"}
# v2; v1 lacks `oldgeneric`. Reading: there is one testcase for both, and it goes by the newer list.
PURPOSES = set("generic oldgeneric minimal k8snode gpu network custom".split())
FREQUENCIES = set("yearly quarterly monthly weekly daily critical_bug never".split())


def judge(cloud):
    verdicts = {f"scs-0102-prop-{name}": asked(property_rule, cloud, name) for name in RULES}
    verdicts["scs-0102-image-recency"] = asked(recency, cloud)
    verdicts["scs-0102-os_purpose-uniqueness"] = asked(uniqueness, cloud)
    return verdicts


def property_rule(cloud, name):
    rule = RULES[name]
    images = cloud.catalogued_images()
    return unless_any(
        (f"{image.name}: {name} is {shown(image, name)}" for image in images if not rule(image, cloud.today)),
        "every public image has it right",
    )


def shown(image, name):
    own = {"min_disk": image.min_disk, "min_ram": image.min_ram, "hash_algo": image.hash_algo}
    value = own.get(name, image.property(name))
    return "not set" if value is None else repr(value)


def one_of(name, words):
    return lambda image, today: image.property(name) in words


def if_set(name, words):
    return lambda image, today: image.property(name) is None or image.property(name) in words


def some_text(name):
    """Mandatory, and free in what it says. Reading: blanks say nothing."""
    return lambda image, today: bool((image.property(name) or "").strip())


def enough_disk(image, today):
    """`min_disk` in GiB. Reading: 0 is what glance has where nobody said anything; less than the image file itself
    has cannot be right."""
    return 0 < image.min_disk and image.size <= image.min_disk * 2**30


def built(image, today):
    """`YYYY-MM-DD` or `YYYY-MM-DD hh:mm[:ss]`. Reading: a day that has not come is not the day of a build; today,
    whatever the hour, has come."""
    day = build_day(image)
    return day is not None and day <= today


def download_place(image, today):
    """"Needs to be a URL", or the word `private`. Reading: a URL from which something can be downloaded has a scheme
    that does so, and a host."""
    source = image.property("image_source") or ""
    return source == "private" or re.fullmatch(r"(?:https?|ftps?)://[^\s/:@]+(?::[0-9]+)?(?:[/?#]\S*)?", source, re.I) is not None


def provided_until(image, today):
    """A date, or `none`, or `notice`. Days that have passed are not forbidden."""
    return image.property("provided_until") in ("none", "notice") or day(image.property("provided_until")) is not None


def uuid_validity(image, today):
    """`none`, `last-N`, a date, `notice` or `forever`. Reading: N is 1 or more."""
    value = image.property("uuid_validity") or ""
    return (
        value in ("none", "notice", "forever")
        or re.fullmatch(r"last-[1-9][0-9]*", value) is not None
        or day(value) is not None
    )


def hotfix_hours(image, today):
    """Optional, "a numerical value, indicating how quickly (in hours)". Reading: a whole number, from 0 on."""
    value = image.property("hotfix_hours")
    return value is None or re.fullmatch("[0-9]+", value) is not None


RULES = {
    "architecture": one_of("architecture", ARCHITECTURES),
    "hash_algo": lambda image, today: image.hash_algo in ("sha256", "sha512"),
    "min_disk": enough_disk,
    "min_ram": lambda image, today: image.min_ram > 0,
    # Reading: that the version be a number is a "should".
    "os_version": some_text("os_version"),
    "os_distro": one_of("os_distro", DISTRIBUTIONS),
    "os_purpose": one_of("os_purpose", PURPOSES),
    "hw_disk_bus": one_of("hw_disk_bus", DISK_BUSES),
    "hypervisor_type": if_set("hypervisor_type", HYPERVISOR_TYPES),
    "hw_rng_model": if_set("hw_rng_model", RNG_MODELS),
    "image_build_date": built,
    "image_original_user": some_text("image_original_user"),
    "image_source": download_place,
    "image_description": some_text("image_description"),
    "replace_frequency": one_of("replace_frequency", FREQUENCIES),
    "provided_until": provided_until,
    "uuid_validity": uuid_validity,
    "hotfix_hours": hotfix_hours,
}


def recency(cloud):
    """"An image published on 2021-04-14 with an update frequency of `monthly` should be replaced no later than
    2021-05-14. … Up to 3 days later is not considered a violation."""
    return unless_any((text for image in cloud.catalogued_images() for text in overdue(image, cloud.today)), "none is overdue")


def overdue(image, today):
    period = PERIODS.get(image.property("replace_frequency"))
    if period is None or replaced_already(image):
        return
    # "Published on": Reading: the day of the build or, if that is not given properly, of the registration.
    published = build_day(image) or image.created
    # Until the day in `provided_until` the image is "updated at least", and "with `none`, no promises are made".
    # Reading: after that day, and with `none`, nothing can be overdue. With `notice` it can: "updates will be provided".
    # What is neither promises no end.
    last = day(image.property("provided_until"))
    if image.property("provided_until") == "none" or last is not None and last < today:
        return
    due = period(published)
    if today > due + timedelta(days=3):
        yield f"{image.name}: published on {published}, had to be replaced by {due}"


def replaced_already(image):
    """Marked as an old image: `oldgeneric`, or " YYYYMMDD" of its build attached to the name.

    Reading: that much exempts it, since the promises are about "the image as referenced by its name".
    """
    built_on = build_day(image)
    stamped = built_on is not None and image.name.endswith(f" {built_on:%Y%m%d}")
    return stamped or image.property("os_purpose") == "oldgeneric"


# The day by which an image must be replaced. Reading: by analogy with `monthly`, calendar years and quarters count
# from the day of the build.
PERIODS = {
    "yearly": lambda built_on: months_later(built_on, 12),
    "quarterly": lambda built_on: months_later(built_on, 3),
    "monthly": lambda built_on: months_later(built_on, 1),
    "weekly": lambda built_on: built_on + timedelta(days=7),
    "daily": lambda built_on: built_on + timedelta(days=1),
}


def months_later(start, months):
    """The same day of a later month. Reading: or its last day, if it has no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    for day_of_month in range(start.day, 27, -1):
        try:
            return date(start.year + years, month + 1, day_of_month)
        except ValueError:
            continue
    return date(start.year + years, month + 1, start.day)


def uniqueness(cloud):
    """"At most one public, non-hidden image with this assignment and `os_purpose=generic`."

    Reading: an image that lacks one of the three has no assignment of values.
    """
    seen = {}
    for image in cloud.catalogued_images():
        assignment = tuple(image.property(name) for name in ("os_distro", "os_version", "architecture"))
        if image.property("os_purpose") == "generic" and None not in assignment:
            seen.setdefault(assignment, []).append(image.name)
    twice = [f"{' '.join(key)}: {', '.join(names)}" for key, names in seen.items() if len(names) > 1]
    return unless_any(twice) if twice else passes("no two generic images of the same system")


def day(text):
    """A day that exists, written `YYYY-MM-DD`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text or "", re.A):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def build_day(image):
    """The day in `image_build_date`, if that is well formed."""
    text = image.property("image_build_date") or ""
    match = re.fullmatch(r"(?P<day>\S{10})(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?", text)
    return day(match["day"]) if match else None
