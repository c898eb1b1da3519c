"""Flavors: the standard ones, some others, and what may be odd about their names, figures and extra specs."""

from standards.scs_0103 import MANDATORY, RECOMMENDED

# Name, vCPUs, RAM in MiB, disk in GB: right by SCS-0100, in every corner of the grammar.
OTHERS = [
    ("SCS-2C-4-10n", 2, 4096, 10),
    ("SCS-8Ti-32-50p_i1", 8, 32768, 50),
    ("SCS-1L-1u-5", 1, 1024, 5),
    ("SCS-16T-64-200s_GNa-72-24_ib", 16, 65536, 200),
    ("SCS-4C-16-2x200p_a1", 4, 16384, 400),
    ("SCS-1V-0.5", 1, 512, 0),
    ("SCS-2C-3.5u-10n", 2, 3584, 10),
    ("SCS-2C-4uo-10n", 2, 4096, 10),
    ("SCS-2Li-4o", 2, 4096, 0),
    ("SCS-2C-4-_bms_z3h_GNa-64_ib", 2, 4096, 0),
    ("SCS-2C-4-n", 2, 4096, 0),
    ("SCS-2C-4-", 2, 4096, 0),
    ("SCS-2C-4-_ib", 2, 4096, 0),
    ("SCS-2C-4_bms_z3", 2, 4096, 0),
    ("SCS-2C-4-3x10s_bms_hwv_z3hhh", 2, 4096, 30),
    ("SCS-4T-16-50p_kvm_hwv", 4, 16384, 50),
    ("SCS-4T-16-50p_chy_a5h", 4, 16384, 50),
    ("SCS-4T-16-50h_xen_i6", 4, 16384, 50),
    ("SCS-4T-16-50_vmw_r", 4, 16384, 50),
    ("SCS-4T-16-50_hyv_z0", 4, 16384, 50),
    ("SCS-2C-4-10_zh", 2, 4096, 10),
    ("SCS-16T-64-100s_gNl-142hh-48", 16, 65536, 100),
    ("SCS-16T-64-100s_GA3.1-96-48", 16, 65536, 100),
    ("SCS-16T-64-100s_GA2-104-64h", 16, 65536, 100),
    ("SCS-16T-64-100s_GI3-56-48h", 16, 65536, 100),
    ("SCS-16T-64-100s_GN", 16, 65536, 100),
    ("SCS-16T-64-100s_gI4", 16, 65536, 100),
    ("SCS-16T-64-100s_hwv_i3_GNu-160h-288h_ib", 16, 65536, 100),
    ("SCS-32V-128", 32, 131072, 0),
    ("SCS-1V-1-5n", 2, 4096, 20),  # Understated.
    ("SCS-4V-10.5-20", 4, 10752, 20),
]

# Names that begin with `SCS-` and are none, or nearly none.
WRONG_NAMES = {
    "no CPU suffix": "SCS-2-4-10n",
    "suffixes of the CPU in the wrong order": "SCS-2iT-4-10n",
    "suffixes of the RAM in the wrong order": "SCS-2C-4ou-10n",
    "a disk in fractions": "SCS-2C-4-1.5n",
    "RAM in quarters": "SCS-2C-1.25-10n",
    "a multiple without a size": "SCS-2C-4-3xn",
    "an unknown disk type": "SCS-2C-4-10x",
    "a capital disk type": "SCS-4V-16-100S",
    "a small CPU suffix": "SCS-4v-16",
    "an unknown CPU suffix": "SCS-4X-16",
    "an unknown hypervisor": "SCS-2C-4-10n_foo",
    "hwv before the hypervisor": "SCS-2C-4-10_hwv_xen",
    "a generation without a vendor": "SCS-2C-4-n_bms_3",
    "a generation that is none yet": "SCS-2C-4-10n_z7",
    "an ARM generation that is none": "SCS-2C-4-10n_a6",
    "too fast": "SCS-2C-4-10n_z3hhhh",
    "a GPU without a vendor": "SCS-16T-64-200s_Ga-72-24",
    "a GPU generation that is none": "SCS-16T-64-200s_GNz-72-24",
    "a GPU of the wrong vendor's generation": "SCS-16T-64-200s_GAa-72-24",
    "infiniband before the GPU": "SCS-16T-64-200s_ib_GNa-72-24",
    "a small ib in capitals": "SCS-16T-64-200s_IB",
    "a name of v1": "SCS-4V:16:100s",
    "a dash for an underscore": "SCS-2C-4-10n-kvm",
    "an underscore for a dash": "SCS_2C-4-10n",  # Does not begin with `SCS-`.
    "small letters": "scs-2c-4-10n",  # Neither does this.
    "a blank at the end": "SCS-2C-4-10n ",
    "a blank in it": "SCS-2C -4-10n",
    "no RAM": "SCS-2C",
    "two extensions in one": "SCS-2C-4-10n_kvmhwv",
    "the provider's own extension": "SCS-2C-4-10n_kvm_fast",
    "broken": "SCS-broken",
    "no more than the prefix": "SCS-",
    "a unit": "SCS-2C-4G-10n",
    "a comma for a point": "SCS-2C-3,5-10n",
    "an underscore at the end": "SCS-2C-4-10n_",
    "the video RAM without the units": "SCS-16T-64-200s_GNa--24",
    "a GPU twice": "SCS-16T-64-200s_GNa-72-24_GNa-72-24",
}


def right(rng, scenario):
    flavors = [standard(rng, row) for row in MANDATORY]
    flavors += [standard(rng, row) for row in RECOMMENDED if rng.random() < 0.55]
    for name, vcpus, ram, disk in rng.sample(OTHERS, rng.randint(2, 5)):
        flavors.append(flavor(name, vcpus, ram, disk))
    flavors.append(flavor("m1.tiny", 1, 512, 1))
    if rng.random() < 0.5:
        for each in flavors:
            each["extra_specs"]["hw_rng:allowed"] = "True"
    rng.shuffle(flavors)
    scenario["flavors"] = flavors


def standard(rng, row):
    name, vcpus, cpu_type, ram, disk, disk_types = row
    made = flavor(name, vcpus, ram * 1024, disk)
    made["extra_specs"]["scs:name-v1"] = "SCS-" + name.removeprefix("SCS-").replace("-", ":")
    made["extra_specs"]["scs:cpu-type"] = cpu_type
    if disk_types:
        made["extra_specs"]["scs:disk0-type"] = rng.choice(sorted(disk_types))
    return made


def flavor(name, vcpus, ram, disk):
    return {"name": name, "vcpus": vcpus, "ram": ram, "disk": disk, "extra_specs": {"scs:name-v2": name}}


def one(rng, scenario, suits=lambda flavor: True):
    return rng.choice([each for each in scenario["flavors"] if suits(each)] or scenario["flavors"])


def a_standard_one(rng, scenario):
    return one(rng, scenario, lambda each: "scs:cpu-type" in each["extra_specs"])


def named(name):
    def change(rng, scenario):
        if all(each["name"] != name for each in scenario["flavors"]):
            made = flavor(name, 32, 131072, 500)
            if scenario["flavors"][0]["extra_specs"].get("hw_rng:allowed"):
                made["extra_specs"]["hw_rng:allowed"] = "True"
            scenario["flavors"].append(made)

    return change


def figure(key, amount):
    def change(rng, scenario):
        chosen = one(rng, scenario, lambda each: each[key] + amount >= 1)
        chosen[key] = max(0, chosen[key] + amount)

    return change


def spec(key, *values):
    """Sets an extra spec of a standard flavor to one of the values; None takes it away."""

    def change(rng, scenario):
        suits = lambda each: key in each["extra_specs"] and "scs:cpu-type" in each["extra_specs"]
        chosen = one(rng, scenario, suits)["extra_specs"]
        value = rng.choice(values)
        chosen.pop(key, None)
        if value is not None:
            chosen[key] = value

    return change


def another_name(rng, scenario):
    """Its properties still say which it is."""
    chosen = a_standard_one(rng, scenario)
    chosen["name"] = "provider." + chosen["name"].lower()


def another_name_and_no_v2(rng, scenario):
    another_name(rng, scenario)
    chosen = one(rng, scenario, lambda each: each["name"].startswith("provider."))
    chosen["extra_specs"].pop("scs:name-v2", None)


def capital_letters(rng, scenario):
    chosen = a_standard_one(rng, scenario)
    chosen["extra_specs"]["scs:cpu-type"] = chosen["extra_specs"]["scs:cpu-type"].capitalize()


def v1_name_with_dashes(rng, scenario):
    chosen = a_standard_one(rng, scenario)
    chosen["extra_specs"]["scs:name-v1"] = chosen["extra_specs"].get("scs:name-v2", chosen["name"])


def v1_name_with_colons_only(rng, scenario):
    specs = a_standard_one(rng, scenario)["extra_specs"]
    specs["scs:name-v1"] = specs.get("scs:name-v1", "SCS-1V:4").replace("-", ":")


def disk_type_without_disk(rng, scenario):
    one(rng, scenario, lambda each: each["disk"] == 0 and "scs:cpu-type" in each["extra_specs"])["extra_specs"][
        "scs:disk0-type"
    ] = rng.choice(["ssd", "network", ""])


def the_ssd_is(disk_type):
    def change(rng, scenario):
        chosen = one(rng, scenario, lambda each: each["name"].endswith(("-20s", "-100s")))
        chosen["extra_specs"]["scs:disk0-type"] = disk_type

    return change


def name_of_another_one(rng, scenario):
    first, second = rng.sample(scenario["flavors"], 2)
    first["extra_specs"]["scs:name-v2"] = second["name"]


def twice(rng, scenario):
    """A second one that claims the same, and lies."""
    chosen = a_standard_one(rng, scenario)
    liar = {**chosen, "name": f"other.{chosen['name']}", "ram": 256, "extra_specs": dict(chosen["extra_specs"])}
    scenario["flavors"].append(liar)


def missing(rng, scenario):
    scenario["flavors"].remove(a_standard_one(rng, scenario))


def not_public(rng, scenario):
    a_standard_one(rng, scenario)["public"] = False


def only_for_the_project(rng, scenario):
    a_standard_one(rng, scenario).update(public=False, access=True)


def wrong_in_private(rng, scenario):
    scenario["flavors"].append(flavor("SCS-secret", 1, 1024, 0) | {"public": False})


def ephemeral_for_root(rng, scenario):
    chosen = one(rng, scenario, lambda each: each["disk"] > 0)
    chosen["ephemeral"], chosen["disk"] = chosen["disk"], 0


def rng_allowed(value):
    def change(rng, scenario):
        specs = one(rng, scenario)["extra_specs"]
        specs.pop("hw_rng:allowed", None)
        if value is not None:
            specs["hw_rng:allowed"] = value

    return change


def none_at_all(rng, scenario):
    scenario["flavors"] = []


CHANGES = {f"flavor name: {what}": named(name) for what, name in WRONG_NAMES.items()} | {
    "flavor: a vCPU less": figure("vcpus", -1),
    "flavor: a vCPU more": figure("vcpus", 1),
    "flavor: RAM in GB": figure("ram", -96),
    "flavor: a MiB less": figure("ram", -1),
    "flavor: a GiB more": figure("ram", 1024),
    "flavor: a GB of disk less": figure("disk", -1),
    "flavor: a GB of disk more": figure("disk", 1),
    "flavor: no name-v1": spec("scs:name-v1", None),
    "flavor: no name-v2": spec("scs:name-v2", None),
    "flavor: no cpu-type": spec("scs:cpu-type", None),
    "flavor: another cpu-type": spec("scs:cpu-type", "dedicated-core", "dedicated-thread", "shared_core", "shared"),
    "flavor: cpu-type with a capital": capital_letters,
    "flavor: no disk0-type": spec("scs:disk0-type", None),
    "flavor: an unknown disk0-type": spec("scs:disk0-type", "floppy", "SSD", "ceph"),
    "flavor: disk0-type without a disk": disk_type_without_disk,
    "flavor: the SSD is in the network": the_ssd_is("network"),
    "flavor: the SSD is an NVMe": the_ssd_is("nvme"),
    "flavor: name-v1 with dashes": v1_name_with_dashes,
    "flavor: name-v1 with colons only": v1_name_with_colons_only,
    "flavor: name-v2 of another one": name_of_another_one,
    "flavor: another name": another_name,
    "flavor: another name and no name-v2": another_name_and_no_v2,
    "flavor: a liar of the same name-v2": twice,
    "flavor: missing": missing,
    "flavor: not public": not_public,
    "flavor: only for the project": only_for_the_project,
    "flavor: a wrong name that nobody sees": wrong_in_private,
    "flavor: an ephemeral disk instead of a root disk": ephemeral_for_root,
    "flavor: no hw_rng:allowed": rng_allowed(None),
    "flavor: hw_rng:allowed in small letters": rng_allowed("true"),
    "flavor: hw_rng:allowed is False": rng_allowed("False"),
    "flavor: none at all": none_at_all,
}
