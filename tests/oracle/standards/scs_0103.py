"""SCS-0103-v1.2, standard flavors: the three tables and the section "Guarantees and properties"."""

from standards import asked, fails, passes

SHARED, CROWDED = "shared-core", "crowded-core"
DISK_TYPES = {"ssd", "nvme", "hdd", "network"}
NO_DISK, SSD, ANY = set(), {"ssd"}, DISK_TYPES

# Recommended name, vCPUs, vCPU type, RAM in GiB, root disk in GB, disk types that will do.
MANDATORY = [
    ("SCS-1V-4", 1, SHARED, 4, 0, NO_DISK),
    ("SCS-2V-8", 2, SHARED, 8, 0, NO_DISK),
    ("SCS-4V-16", 4, SHARED, 16, 0, NO_DISK),
    ("SCS-4V-16-100s", 4, SHARED, 16, 100, SSD),
    ("SCS-8V-32", 8, SHARED, 32, 0, NO_DISK),
    ("SCS-1V-2", 1, SHARED, 2, 0, NO_DISK),
    ("SCS-2V-4", 2, SHARED, 4, 0, NO_DISK),
    ("SCS-2V-4-20s", 2, SHARED, 4, 20, SSD),
    ("SCS-4V-8", 4, SHARED, 8, 0, NO_DISK),
    ("SCS-8V-16", 8, SHARED, 16, 0, NO_DISK),
    ("SCS-16V-32", 16, SHARED, 32, 0, NO_DISK),
    ("SCS-1V-8", 1, SHARED, 8, 0, NO_DISK),
    ("SCS-2V-16", 2, SHARED, 16, 0, NO_DISK),
    ("SCS-4V-32", 4, SHARED, 32, 0, NO_DISK),
    ("SCS-1L-1", 1, CROWDED, 1, 0, NO_DISK),
]
RECOMMENDED = [
    ("SCS-1V-4-10", 1, SHARED, 4, 10, ANY),
    ("SCS-2V-8-20", 2, SHARED, 8, 20, ANY),
    ("SCS-4V-16-50", 4, SHARED, 16, 50, ANY),
    ("SCS-8V-32-100", 8, SHARED, 32, 100, ANY),
    ("SCS-1V-2-5", 1, SHARED, 2, 5, ANY),
    ("SCS-2V-4-10", 2, SHARED, 4, 10, ANY),
    ("SCS-4V-8-20", 4, SHARED, 8, 20, ANY),
    ("SCS-8V-16-50", 8, SHARED, 16, 50, ANY),
    ("SCS-16V-32-100", 16, SHARED, 32, 100, ANY),
    ("SCS-1V-8-20", 1, SHARED, 8, 20, ANY),
    ("SCS-2V-16-50", 2, SHARED, 16, 50, ANY),
    ("SCS-4V-32-100", 4, SHARED, 32, 100, ANY),
    ("SCS-1L-1-5", 1, CROWDED, 1, 5, ANY),
    ("SCS-16V-64", 16, SHARED, 64, 0, NO_DISK),
    ("SCS-8V-64", 8, SHARED, 64, 0, NO_DISK),
    ("SCS-16V-128", 16, SHARED, 128, 0, NO_DISK),
]
STANDARD = MANDATORY + RECOMMENDED


def judge(cloud):
    return {testcase(row[0]): asked(present, cloud, row) for row in STANDARD}


def testcase(name):
    return "scs-0103-flavor-" + name.removeprefix("SCS-").lower()


def present(cloud, row):
    """Some flavor has the figures and properties of the row.

    Reading: its name may be any ("the flavor names have been turned into recommendations"); what says which standard
    flavor it is, is its properties. Reading: of several that claim by `scs:name-v2` to be the same, all have to be right;
    who looks the property up gets any of them.
    """
    flavors = cloud.flavors()
    claiming = [flavor for flavor in flavors if flavor["extra_specs"].get("scs:name-v2") == row[0]]
    if claiming and not any(differences(flavor, row) for flavor in claiming):
        return passes("there is such a flavor")
    claimants = [f for f in flavors if row[0] in (f["name"], f["extra_specs"].get("scs:name-v2"))]
    if not claimants:
        return fails("there is no such flavor")
    wrong = next(flavor for flavor in claiming or claimants if differences(flavor, row))
    return fails(f"{wrong['name']}: {', '.join(differences(wrong, row))}")


def differences(flavor, row):
    """In what a flavor differs from a row: "must match precisely", "must be set"."""
    name, vcpus, cpu_type, ram, disk, disk_types = row
    specs = flavor["extra_specs"]
    prefix, _, rest = name.partition("-")
    wanted = {
        "vcpus": (flavor["vcpus"], vcpus),
        "ram": (flavor["ram"], ram * 1024),
        "disk": (flavor["disk"], disk),
        "scs:name-v1": (specs.get("scs:name-v1"), f"{prefix}-{rest.replace('-', ':')}"),
        "scs:name-v2": (specs.get("scs:name-v2"), name),
        "scs:cpu-type": (specs.get("scs:cpu-type"), cpu_type),
    }
    different = [f"{what} is {has}" for what, (has, should) in wanted.items() if has != should]
    # "not set if no disk is provided, otherwise set to `ssd` or some other value".
    # Reading: for the two flavors with SSD it is `ssd` exactly, for "(any)" one of the four values of the section
    # "Properties".
    disk_type = specs.get("scs:disk0-type")
    if disk_type is not None if not disk_types else disk_type not in disk_types:
        different.append(f"scs:disk0-type is {disk_type}")
    return different
