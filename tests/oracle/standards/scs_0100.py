"""SCS-0100-v3, flavor naming. One regular expression, put together from the tables of the text."""

import re

from standards import asked, unless_any

# Section "CPU Suffixes".
CPU_TYPES = {"C": "dedicated Core", "T": "dedicated Thread", "V": "vCPU", "L": "vCPU, heavily oversubscribed"}

# Section "Disk sizes and types".
DISK_TYPES = {"n": "network", "h": "HDD", "s": "SSD", "p": "NVMe"}

# Section "Hypervisor".
HYPERVISORS = ["kvm", "chy", "xen", "vmw", "hyv", "bms"]

# Section "CPU Architecture Details", the table of generations: its columns, without the rows that say TBD.
# Reading: `r` has no generation yet.
GENERATIONS = {"i": "0123456", "z": "0123456", "a": "012345", "r": ""}

# Section "GPU support": how each vendor's generations are written.
# Reading: a generation that the text does not name does not exist yet, although its lists end with "...": the scheme
# must not be extended by providers ("Naming policy compliance", last paragraph).
GPU_GENERATIONS = {
    "N": r"[fkmpvtalgbu]",
    "A": r"(?:0\.[0-9]|[0-9]\.1|3\.5|[0-9])",
    "I": r"(?:0\.9|[1-4])",
}

# Reading: numbers are written without leading zeros, and are not zero.
NUMBER = r"[1-9][0-9]*"


def flavor_name():
    """The grammar: "Complete Proposal for systematic flavor naming" and "Extensions"."""
    cpus = rf"(?P<cpus>{NUMBER})[{''.join(CPU_TYPES)}]i?"
    # "It is allowed to specify half GiBs": .5, and nothing else behind the point.
    ram = rf"-(?P<ram>(?:0|{NUMBER})\.5|{NUMBER})u?o?"
    # The size may be left out, the type may be, and both: `-`. Reading: a multiple without a size (`3x`, `3xs`) is right,
    # as versions 1 and 2 had it among their examples.
    disk = rf"(?:-(?:(?P<disks>{NUMBER})x)?(?P<disk>{NUMBER})?[{''.join(DISK_TYPES)}]?)?"
    hypervisor = rf"(?:_(?:{'|'.join(HYPERVISORS)}))?"
    architectures = "|".join(f"{letter}[{numbers}]?" if numbers else letter for letter, numbers in GENERATIONS.items())
    architecture = rf"(?:_(?:{architectures})h{{0,3}})?"
    # Reading: the format of the section "GPU support", `X[N[-M[h][-V[h]]]]`, not the abridged one of "Extensions".
    # The `h` of M may be duplicated.
    units = rf"(?:-{NUMBER}h{{0,2}}(?:-{NUMBER}h?)?)?"
    gpus = "|".join(f"{vendor}(?:{generation}{units})?" for vendor, generation in GPU_GENERATIONS.items())
    gpu = rf"(?:_[Gg](?:{gpus}))?"
    return re.compile(f"SCS-{cpus}{ram}{disk}{hypervisor}(?:_hwv)?{architecture}{gpu}(?:_ib)?")


FLAVOR_NAME = flavor_name()


def judge(cloud):
    return {
        "scs-0100-syntax-check": asked(syntax, cloud),
        "scs-0100-semantics-check": asked(semantics, cloud),
    }


def syntax(cloud):
    """"If its name starts with `SCS-`, the name has to conform to the syntax outlined above."

    Reading: names in the spelling of v1 (`SCS-4V:16`) conform, too: the text says that tools still accept them.
    """
    return unless_any(
        (f"{f['name']}: no name of SCS-0100" for f in named_after_scs(cloud) if not FLAVOR_NAME.fullmatch(spelled_now(f["name"]))),
        "all names that begin with SCS- conform",
    )


def semantics(cloud):
    """"The flavor must at least provide the capabilities indicated by the name": vCPUs, RAM and disk size.

    Reading: names that do not conform say nothing; they are the business of the syntax check.
    """
    return unless_any((text for f in named_after_scs(cloud) for text in promised_too_much(f)), "no name promises too much")


def named_after_scs(cloud):
    return [flavor for flavor in cloud.flavors() if flavor["name"].startswith("SCS-")]


def promised_too_much(flavor):
    match = FLAVOR_NAME.fullmatch(spelled_now(flavor["name"]))
    if match is None:
        return
    if flavor["vcpus"] < int(match["cpus"]):
        yield f"{flavor['name']}: has {flavor['vcpus']} vCPUs"
    if flavor["ram"] < float(match["ram"]) * 1024:
        yield f"{flavor['name']}: has {flavor['ram']} MiB of RAM"
    # Reading: without a size (nothing, `-`, `-n`) nothing is said about how large the disk is. Of several disks
    # (`3x10`) the root disk must have the size of one; what the others have cannot be seen in a flavor.
    if match["disk"] and flavor["disk"] < int(match["disk"]):
        yield f"{flavor['name']}: has {flavor['disk']} GB of disk"


def spelled_now(name):
    """A name of v1 as v3 spells it: a dash for each of its colons."""
    return name.replace(":", "-") if re.fullmatch(r"SCS-[^-:]+:[^-:]+(?::[^-:]*)?", name) else name
