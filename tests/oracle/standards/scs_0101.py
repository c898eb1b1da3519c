"""SCS-0101-v1, entropy: what a freshly booted server says, and two testcases that v1.1 no longer asks for."""

import re

from cloud import DidNotFinish
from standards import asked, fails, passes, unless_any


def judge(cloud):
    return {
        "scs-0101-flavor-property": asked(flavor_property, cloud),
        "scs-0101-image-property": asked(image_property, cloud),
        "scs-0101-rngd": asked(rngd, cloud),
        "scs-0101-entropy-avail": asked(entropy_avail, cloud),
        "scs-0101-fips-test": asked(fips_test, cloud),
    }


def flavor_property(cloud):
    """From the scope: "extra spec `hw_rng:allowed=True`" on every flavor. Reading: nova's boolean, in any case."""
    return unless_any(
        f"{flavor['name']}: hw_rng:allowed is {flavor['extra_specs'].get('hw_rng:allowed')}"
        for flavor in cloud.flavors()
        if flavor["extra_specs"].get("hw_rng:allowed", "").lower() != "true"
    )


def image_property(cloud):
    """From the scope: "property `hw_rng_model=virtio`" on every public image. Reading: of those that the list of
    public images shows, as in SCS-0102."""
    return unless_any(
        f"{image.name}: hw_rng_model is {image.property('hw_rng_model')}"
        for image in cloud.catalogued_images()
        if image.property("hw_rng_model") != "virtio"
    )


def entropy_avail(cloud):
    """"Contains the value 256 (pinned since kernel 5.18)." """
    value = only_number(printed(cloud, "entropy-avail"), r"\s*([0-9]+)\s*")
    return passes("256 bits") if value == 256 else fails(f"{value} bits")


def fips_test(cloud):
    """"The number of FIPS 140-2 failures is below 5 out of 1000 blocks." """
    failures = only_number(printed(cloud, "fips-test"), r"rngtest: FIPS 140-2 failures: ([0-9]+)")
    return passes(f"{failures} failures") if failures < 5 else fails(f"{failures} failures")


def rngd(cloud):
    """From the scope: the service `rngd` is running."""
    if any(re.match(r"\s*Active: active \(running\)", line) for line in printed(cloud, "rngd")):
        return passes("rngd is running")
    return fails("rngd is not running")


def printed(cloud, section):
    """The lines of a section on the console of a new server, if there can be one.

    Reading: a server that cannot be had or says nothing, or nothing on this matter, is no proof of anything.
    """
    if not cloud.flavors():
        raise DidNotFinish("there is no flavor for a server")
    if not any(image.property("os_distro") in ("debian", "ubuntu") for image in cloud.catalogued_images()):
        raise DidNotFinish("there is no image for a server")
    if not {"member", "admin"} & set(cloud.roles()):
        raise DidNotFinish("the user may not create anything")
    for service, path in (("network", "/networks"), ("block-storage", "/volumes"), ("compute", "/servers")):
        cloud.ask(service, "POST", path)
    console = cloud.console()
    if console is None:
        raise DidNotFinish("the server prints nothing")
    if not console[section]:
        raise DidNotFinish(f"the server prints nothing about {section}")
    return console[section]


def only_number(lines, pattern):
    for line in lines:
        match = re.fullmatch(pattern, line)
        if match:
            return int(match[1])
    raise DidNotFinish("the server does not print the number")
