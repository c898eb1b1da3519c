"""SCS-0102-v1 and -v2, image metadata. One rule for each property; what is tested is the same for v1 and v2.

Reading: the images that are judged are those that the list of public images shows. Hidden ones are old ones that
have left the catalogue ("Image updating"), and the standard targets images "provided for public consumption".
"""

import re
from datetime import date, timedelta

from standards import asked, did_not_finish, passes, unless_any

# https://docs.openstack.org/glance/2025.1/admin/useful-image-properties.html, to which the section "Technical
# requirements and features" binds `architecture`, `os_distro` and `hypervisor_type`.
ARCHITECTURES = set(
    "aarch64 alpha armv7l cris i686 ia64 lm32 m68k microblaze microblazeel mips mipsel mips64 mips64el openrisc"
    " parisc parisc64 ppc ppc64 ppcemb s390 s390x sh4 sh4eb sparc sparc64 unicore32 x86_64 xtensa xtensaeb"
    # Only libosinfo has these. Reading: that page "strongly recommends" its vocabulary, so using it follows the page.
    " loongarch64 ppc64le riscv64".split()
)
# Reading: "one of" these, or what libosinfo has beyond them ("uses the same data vocabulary"): otherwise there would be
# no right value for AlmaLinux. Where that page names the distribution, only its own name will do: no `archlinux`, no
# `win`. libosinfo's are those of osinfo-db on 2026-05-17 (62326e12), in lower case as that page wants all of them.
DISTRIBUTIONS = set(
    "arch centos debian fedora freebsd gentoo mandrake mandriva mes msdos netbsd netware openbsd opensolaris opensuse"
    " rocky rhel sled ubuntu windows"
    " almalinux alpinelinux alt altlinux android-x86 anolis asianux caasp circle cirros clearlinux dragonflybsd"
    " elementaryos eos eurolinux freedos freenix gnome guix-system haiku hyperbola mageia manjaro mbs miraclelinux nixos"
    " oel ol omnios openindiana osx popos pureos rhl scientificlinux slackware sle slem sles smartos solaris solus"
    " trisquel ucs voidlinux".split()
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
    whatever the hour, has come. (That it be before the registration, too, cannot be judged here: see `cloud.Image`.)"""
    day = build_day(image)
    return day is not None and day <= today


def download_place(image, today):
    """"Needs to be a URL", or the word `private`. Reading: a URL from which something can be downloaded has a scheme
    that does so, and a host."""
    source = image.property("image_source") or ""
    return source == "private" or DOWNLOAD.fullmatch(source) is not None


DOWNLOAD = re.compile(
    r"""(?:https?|ftps?)://
    (?:[^\s/?\#]*@)?                                    # user
    (?:\[[0-9a-f.]*:[0-9a-f:.]*\]|[\w-]+(?:\.[\w-]+)*\.?)  # host
    (?::[0-9]*)?                                        # port
    (?:[/?\#]\S*)?""",
    re.I | re.X,
)


def provided_until(image, today):
    """A date, or `none`, or `notice`. Days that have passed are not forbidden."""
    return image.property("provided_until") in ("none", "notice") or day(image.property("provided_until")) is not None


def uuid_validity(image, today):
    """`none`, `last-N`, a date, `notice` or `forever`. Reading: N is any whole number; with 0, no old one remains."""
    value = image.property("uuid_validity") or ""
    return (
        value in ("none", "notice", "forever")
        or re.fullmatch(r"last-[0-9]+", value) is not None
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
    2021-05-14. … Up to 3 days later is not considered a violation."

    With `provided_until=notice`, "updates will be provided until a deprecation notice is published". Reading: whether it
    was, the cloud does not say, so of such an image nobody can say that it is overdue, nor that it is not.
    """
    images = cloud.catalogued_images()
    late = [(image, text) for image in images for text in overdue(image, images, cloud.today)]
    promised = [text for image, text in late if image.property("provided_until") != "notice"]
    if late and not promised:
        return did_not_finish(f"{late[0][1]}, unless there was a notice")
    return unless_any(promised, "none is overdue")


def overdue(image, images, today):
    period = PERIODS.get(image.property("replace_frequency"))
    if period is None or any(replaced_by(newer, image) for newer in images):
        return
    # Until the day in `provided_until` the image is "updated at least", and "with `none`, no promises are made".
    # Reading: after that day, and with `none`, nothing can be overdue. What is neither promises no end.
    last = day(image.property("provided_until"))
    if image.property("provided_until") == "none" or last is not None and last < today:
        return
    due = period(published(image))
    if today > due + timedelta(days=3):
        yield f"{image.name}: published on {published(image)}, had to be replaced by {due}"


def published(image):
    """Reading: the day of the build or, if that is not given properly, of the registration."""
    return build_day(image) or image.created


def replaced_by(newer, image):
    """Whether the promise for an image was kept by a newer one, and this is the old one.

    The promises are about "the image as referenced by its name", and "the old images must be hidden from the image
    catalogue or renamed (or both)", by "build date or patch level attached". Reading: so an old one is called as the new
    one is, and then a blank and a date (of which day, is only recommended), `old`, `prev` or its patch level; or anything,
    if it says `oldgeneric` ("a general purpose image, replaced by a newer one") and the new one is the `generic` one of
    the same system. Without the new one, no promise was kept.
    """
    attached = image.name.removeprefix(newer.name)
    if not newer.name or attached in ("", image.name) or published(newer) < published(image):
        return False
    marks = {"old", "prev", image.property("patchlevel") or "old"}
    word = attached.strip()
    dated = day(word) or re.fullmatch(r"[0-9]{8}", word, re.A) and day(f"{word[:4]}-{word[4:6]}-{word[6:]}")
    if attached.startswith(" ") and (word in marks or dated):
        return True
    return (image.property("os_purpose"), newer.property("os_purpose")) == ("oldgeneric", "generic") and all(
        image.property(name) and image.property(name) == newer.property(name)
        for name in ("os_distro", "os_version", "architecture")
    )


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

    Reading: of images that lack distribution or version, nobody knows whether they are the same system. Those that both
    lack an architecture "coincide" in it (v1).
    """
    seen = {}
    for image in cloud.catalogued_images():
        distribution, version, architecture = (image.property(name) or "" for name in ("os_distro", "os_version", "architecture"))
        if image.property("os_purpose") == "generic" and distribution and version:
            seen.setdefault((distribution, version, architecture), []).append(image.name)
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
