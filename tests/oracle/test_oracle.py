"""Examples with known verdicts: those of the standards' texts first, then at least one right and one wrong for each
testcase. Run with `python3 -m unittest discover -s tests/oracle`."""

import json
import tempfile
import unittest
from copy import deepcopy
from pathlib import Path

import generate
from cloud import Cloud, parse_time
from judge import REFERENCE_TIME, judge
from standards import scs_0100, scs_0103, scs_0104

NOW = parse_time(REFERENCE_TIME)
ROOT = Path(__file__).parents[2]

IMAGE = {
    "name": "Ubuntu 24.04",
    "size": 600 << 20,
    "min_disk": 8,
    "min_ram": 1024,
    "properties": {
        "architecture": "x86_64",
        "hypervisor_type": "qemu",
        "hw_disk_bus": "scsi",
        "hw_rng_model": "virtio",
        "os_distro": "ubuntu",
        "os_version": "24.04",
        "os_purpose": "generic",
        "replace_frequency": "monthly",
        "provided_until": "notice",
        "uuid_validity": "last-3",
        "hotfix_hours": "0",
        "image_original_user": "ubuntu",
        "image_source": "https://cloud-images.ubuntu.com/releases/noble/release/a.img",
        "image_description": "https://cloud-images.ubuntu.com/releases/noble/",
        "image_build_date": "2026-11-10",
    },
}
FLAVOR = {
    "name": "SCS-2V-4-20s",
    "vcpus": 2,
    "ram": 4096,
    "disk": 20,
    "extra_specs": {
        "scs:name-v1": "SCS-2V:4:20s",
        "scs:name-v2": "SCS-2V-4-20s",
        "scs:cpu-type": "shared-core",
        "scs:disk0-type": "ssd",
        "hw_rng:allowed": "True",
    },
}
RIGHT = {
    "name": "right.example",
    "flavors": [FLAVOR],
    "images": [IMAGE],
    "volume_types": [{"name": "luks", "description": "[scs:encrypted, replicated] Content will be replicated"}],
    "catalog": {"extra": [{"type": "object-store-s3", "url": "/s3"}]},
}
LIST = """
# A comment, and what lists are made of.
images:
- name: "Ubuntu 24.04"   # in quotes
  source:
  - https://cloud-images.ubuntu.com/releases/noble/
  - https://cloud-images.ubuntu.com/noble/
  status: mandatory
- name: ubuntu-capi-image
  slug: capi-2
  name_scheme: "ubuntu-capi-image-v[0-9]\\\\.[0-9]+(\\\\.[0-9]+)?"
  source: https://nbg1.your-objectstorage.com/osism/openstack-k8s-capi-images/
"""
SPECIFICATIONS = [scs_0104.specification(entry) for entry in scs_0104.parse_yaml(LIST)["images"]]


class Case(unittest.TestCase):
    def verdict(self, testcase, **changes):
        """Of a cloud that is right but for what is given instead."""
        scenario = deepcopy(RIGHT) | changes
        return judge(Cloud(scenario, NOW), SPECIFICATIONS)[testcase]["verdict"]

    def assert_verdict(self, wanted, testcase, **changes):
        self.assertEqual(wanted, self.verdict(testcase, **changes), (testcase, changes))

    def image(self, **changes):
        """Images with this one instead of the right one; what is no attribute is a property, None takes it away."""
        image = deepcopy(IMAGE)
        for key, value in changes.items():
            own = key in ("name", "size", "min_disk", "min_ram", "visibility", "hidden")
            (image if own else image["properties"])[key] = value
        image["properties"] = {key: value for key, value in image["properties"].items() if value is not None}
        return [image]

    def flavor(self, extra_specs=None, **changes):
        flavor = deepcopy(FLAVOR) | changes
        flavor["extra_specs"] |= extra_specs or {}
        flavor["extra_specs"] = {key: value for key, value in flavor["extra_specs"].items() if value is not None}
        return [flavor]


class RightCloud(Case):
    def test_everything_passes_but_the_flavors_that_are_not_there(self):
        verdicts = judge(Cloud(RIGHT, NOW), SPECIFICATIONS)
        wrong = {testcase for testcase, each in verdicts.items() if each["verdict"] != "PASS"}
        absent = {scs_0103.testcase(row[0]) for row in scs_0103.STANDARD} - {"scs-0103-flavor-2v-4-20s"}
        self.assertEqual(absent | {"scs-0104-image-capi-2"}, wrong)

    def test_every_automated_testcase_of_the_scope_is_judged(self):
        text = (ROOT / "scopes/scs-compatible-iaas.yaml").read_text(encoding="utf-8")
        checks, automated = text.split("\nmodules:")[0], set()
        for check in checks.split("\n  - id: ")[1:]:
            if "\n    manual: true" not in check:
                automated |= {line.split()[-1] for line in check.splitlines() if line.startswith("      - id: ")}
        automated = {each for each in automated if not each.startswith(("scs-0104-", "scs-0128-"))}
        judged = {each for each in judge(Cloud(RIGHT, NOW)) if not each.startswith("scs-0104-")}
        self.assertEqual(automated, judged)


class FlavorNames(Case):
    RIGHT_NAMES = """SCS-4V-16-50 SCS-2C-4-10n SCS-2T-4-10n SCS-2V-4-10n SCS-2L-4-10n SCS-2Li-4-10n SCS-2C-3.5-10n
        SCS-2C-4u-10n SCS-2C-4o-10n SCS-2C-4uo-10n SCS-2C-4-10s SCS-2C-4-10s_bms_z3 SCS-2C-4-3x10s SCS-2C-4-3x10s_bms_z3
        SCS-2C-4-10 SCS-2C-4-10_bms_z3 SCS-2C-4-n SCS-2C-4- SCS-2C-4-_bms_z3 SCS-2C-4-_bms_z3h_GNa-64_ib SCS-2C-4-_ib
        SCS-2C-4 SCS-2C-4_bms_z3 SCS-2C-4-3x10 SCS-1C-1.5-8s SCS-1T-1-5n SCS-1V-1-5 SCS-2V-4-20p SCS-8V-32-100
        SCS-2C-4-10n_bms SCS-2C-4-10n_bms_z3h SCS-2C-4-10_kvm_hwv SCS-2C-4-10_hwv SCS-2C-4-10_bms_hwv SCS-2C-4-10n_z
        SCS-2C-4-10n_z3 SCS-2C-4-10n_z3hh SCS-16V-64-500s_GNa-14-6h SCS-8T-16-50n_i2 SCS-8Ti-32-50p_i1 SCS-1L-1u-5
        SCS-16T-64-200s_GNa-72-24_ib SCS-4C-16-2x200p_a1 SCS-1V-0.5""".split()
    # Those that the text strikes out, and its own slip of the pen (`_3`).
    WRONG_NAMES = "SCS-2-4-10n SCS-2iT-4-10n SCS-2C-4ou-10n SCS-2C-4-1.5n SCS-2C-4-10_hwv_xen SCS-2C-4-n_bms_3".split()
    GPUS = """GNa-56h-24h GNa-108h-80h GNl-142hh-48 GNg-132-141h GNb-188-96 GNu-160-288h GA2-104-64h GA4-256h-288h GA3.1-96-48
        GI3-56-48h GI4-128-16 GN GA gI""".split()

    def test_names_of_the_text(self):
        for name in self.RIGHT_NAMES:
            self.assertTrue(scs_0100.FLAVOR_NAME.fullmatch(name), name)
        for name in self.WRONG_NAMES:
            self.assertFalse(scs_0100.FLAVOR_NAME.fullmatch(name), name)

    def test_gpus_of_the_supplement(self):
        for gpu in self.GPUS:
            self.assertTrue(scs_0100.FLAVOR_NAME.fullmatch(f"SCS-16T-64-200s_{gpu}"), gpu)

    def test_syntax(self):
        self.assert_verdict("PASS", "scs-0100-syntax-check", flavors=self.flavor(name="my.own"))
        self.assert_verdict("PASS", "scs-0100-syntax-check", flavors=self.flavor(name="scs-2V-4"))
        self.assert_verdict("PASS", "scs-0100-syntax-check", flavors=self.flavor(name="SCS-2V:4"))
        for name in ["SCS-2V:4-5", "SCS-2V-4-20S", "SCS-2V-4\n", "SCS-2V-4_z3_kvm", "SCS-"]:
            self.assert_verdict("FAIL", "scs-0100-syntax-check", flavors=self.flavor(name=name))
        self.assert_verdict("PASS", "scs-0100-syntax-check", flavors=self.flavor(name="SCS-", public=False))
        self.assert_verdict("FAIL", "scs-0100-syntax-check", flavors=self.flavor(name="SCS-", public=False, access=True))

    def test_semantics(self):
        more = {"vcpus": 4, "ram": 8192, "disk": 50}
        self.assert_verdict("PASS", "scs-0100-semantics-check", flavors=self.flavor(**more))
        for less in [{"vcpus": 1}, {"ram": 4095}, {"disk": 19}]:
            self.assert_verdict("FAIL", "scs-0100-semantics-check", flavors=self.flavor(**less))
        self.assert_verdict("PASS", "scs-0100-semantics-check", flavors=self.flavor(name="SCS-2V-4", disk=0))
        self.assert_verdict("PASS", "scs-0100-semantics-check", flavors=self.flavor(name="SCS-2V-3.5", ram=3584))
        self.assert_verdict("FAIL", "scs-0100-semantics-check", flavors=self.flavor(name="SCS-2V-3.5", ram=3583))


class StandardFlavors(Case):
    CASE = "scs-0103-flavor-2v-4-20s"

    def test_right(self):
        self.assert_verdict("PASS", self.CASE)
        self.assert_verdict("PASS", self.CASE, flavors=self.flavor(name="my.own"))

    def test_wrong(self):
        for change in [{"vcpus": 3}, {"ram": 4097}, {"disk": 21}, {"public": False}]:
            self.assert_verdict("FAIL", self.CASE, flavors=self.flavor(**change))
        for key in FLAVOR["extra_specs"].keys() - {"hw_rng:allowed"}:
            self.assert_verdict("FAIL", self.CASE, flavors=self.flavor({key: None}))
        for key, value in [("cpu-type", "crowded-core"), ("disk0-type", "network"), ("name-v1", "SCS-2V-4-20s")]:
            self.assert_verdict("FAIL", self.CASE, flavors=self.flavor({f"scs:{key}": value}))

    def test_every_row(self):
        for name, vcpus, cpu_type, ram, disk, disk_types in scs_0103.STANDARD:
            specs = {"scs:name-v2": name, "scs:name-v1": "SCS-" + name[4:].replace("-", ":"), "scs:cpu-type": cpu_type}
            specs["scs:disk0-type"] = min(disk_types, default=None)
            flavor = self.flavor(specs, name=name, vcpus=vcpus, ram=ram * 1024, disk=disk)
            self.assertTrue(scs_0100.FLAVOR_NAME.fullmatch(name))
            self.assert_verdict("PASS", scs_0103.testcase(name), flavors=flavor)
            flavor[0]["extra_specs"]["scs:disk0-type"] = "floppy"
            self.assert_verdict("FAIL", scs_0103.testcase(name), flavors=flavor)


class ImageProperties(Case):
    # Values that are right, and values that are wrong; None is: not set.
    VALUES = {
        "architecture": (["x86_64", "aarch64", "ppc64le", "riscv64"], ["amd64", "risc-v", "X86_64", "", None]),
        "min_disk": ([1, 100], [0]),
        "min_ram": ([1, 512], [0]),
        "os_version": (["24.04", "noble"], ["", " ", None]),
        "os_distro": (["ubuntu", "rocky", "almalinux"], ["Ubuntu", "redhat", "archlinux", "win", "debain", None]),
        "os_purpose": (["generic", "oldgeneric", "custom"], ["Generic", "server", None]),
        "hw_disk_bus": (["scsi", "virtio", "ide"], ["SCSI", "nvme", "", None]),
        "hypervisor_type": (["qemu", None], ["kvm", "QEMU", ""]),
        "hw_rng_model": (["virtio", None], ["rdrand", ""]),
        "image_build_date": (
            ["2021-04-14", "2026-11-23", "2026-11-22 23:59", "2026-11-22 23:59:59"],
            ["2026-11-24", "2026-02-30", "2026-1-1", "20260101", "2026-01-01 24:00", "2026-01-01T10:00", "２026-01-01", None],
        ),
        "image_original_user": (["ubuntu", "none"], ["", None]),
        "image_source": (
            ["private", "https://x.example", "http://x.example/a", "https://[::1]:80/a", "ftp://u:p@x.example.", "https://x?a"],
            ["Private", "x.example/a", "https://", "https://:80/", "https://u@/", "https://x:y/", "https://...", "https://[x]", None],
        ),
        "image_description": (["some text", "https://x.example"], ["", None]),
        "replace_frequency": (["yearly", "daily", "critical_bug", "never"], ["Monthly", "none", None]),
        "provided_until": (["none", "notice", "2022-09-30"], ["forever", "last-3", "2022-09-31", None]),
        "uuid_validity": (["none", "last-3", "last-0", "2022-12-31", "notice", "forever"], ["last-N", "last-", "3", None]),
        "hotfix_hours": (["0", "48", None], ["", "48h", "-1"]),
    }

    def test_values(self):
        for name, (right, wrong) in self.VALUES.items():
            for value in right:
                self.assert_verdict("PASS", f"scs-0102-prop-{name}", images=self.image(**{name: value}))
            for value in wrong:
                self.assert_verdict("FAIL", f"scs-0102-prop-{name}", images=self.image(**{name: value}))

    def test_an_image_larger_than_its_disk(self):
        self.assert_verdict("PASS", "scs-0102-prop-min_disk", images=self.image(min_disk=1, size=1 << 30))
        self.assert_verdict("FAIL", "scs-0102-prop-min_disk", images=self.image(min_disk=1, size=(1 << 30) + 1))

    def test_hash(self):
        cloud = Cloud(RIGHT, NOW)
        images = cloud.public_images()
        cloud.public_images = lambda: images
        for algorithm, verdict in [("sha256", "PASS"), ("sha512", "PASS"), ("md5", "FAIL"), (None, "FAIL")]:
            images[0].hash_algo = algorithm
            self.assertEqual(verdict, judge(cloud)["scs-0102-prop-hash_algo"]["verdict"])

    def test_only_images_in_the_catalogue(self):
        for change in [{"hidden": True}, {"visibility": "private"}, {"visibility": "community"}]:
            self.assert_verdict("PASS", "scs-0102-prop-os_distro", images=self.image(os_distro="X", **change))


class Recency(Case):
    CASE = "scs-0102-image-recency"

    def image(self, **changes):
        return super().image(**{"provided_until": "2039-12-31"} | changes)

    def verdict_on(self, today, **properties):
        scenario = deepcopy(RIGHT) | {"images": self.image(**properties)}
        return judge(Cloud(scenario, parse_time(f"{today}T00:00:00Z")))[self.CASE]["verdict"]

    def test_example_of_the_text(self):
        published = {"image_build_date": "2021-04-14", "replace_frequency": "monthly"}
        self.assertEqual("PASS", self.verdict_on("2021-05-17", **published))
        self.assertEqual("FAIL", self.verdict_on("2021-05-18", **published))

    def test_periods(self):
        for frequency, last in [("yearly", "2022-04-17"), ("quarterly", "2021-07-17"), ("weekly", "2021-04-24"), ("daily", "2021-04-18")]:
            properties = {"image_build_date": "2021-04-14", "replace_frequency": frequency}
            self.assertEqual("PASS", self.verdict_on(last, **properties), frequency)
            after = f"{last[:8]}{int(last[8:]) + 1}"
            self.assertEqual("FAIL", self.verdict_on(after, **properties), frequency)
        for frequency in ["never", "critical_bug"]:
            self.assertEqual("PASS", self.verdict_on("2031-01-01", image_build_date="2021-04-14", replace_frequency=frequency))

    def test_months_of_different_length(self):
        self.assertEqual("PASS", self.verdict_on("2022-03-03", image_build_date="2022-01-31"))
        self.assertEqual("FAIL", self.verdict_on("2022-03-04", image_build_date="2022-01-31"))
        self.assertEqual("PASS", self.verdict_on("2025-03-03", image_build_date="2024-02-29", replace_frequency="yearly"))

    def test_the_end_of_the_promise(self):
        def late(**change):
            return self.image(image_build_date="2025-11-03", **change)

        for change in [{"hidden": True}, {"provided_until": "2026-11-22"}, {"provided_until": "none"}]:
            self.assert_verdict("PASS", self.CASE, images=late(**change))
        for change in [{}, {"os_purpose": "oldgeneric"}, {"provided_until": "2026-11-23"}, {"provided_until": "nonsense"}]:
            self.assert_verdict("FAIL", self.CASE, images=late(**change))
        self.assert_verdict("DNF", self.CASE, images=late(provided_until="notice"))
        self.assert_verdict("FAIL", self.CASE, images=late(provided_until="notice") + late(name="other"))
        # Registered, as far as the simulator says, on 2026-01-15.
        self.assert_verdict("FAIL", self.CASE, images=self.image(image_build_date=None))
        self.assert_verdict("PASS", self.CASE, images=self.image(image_build_date="x", replace_frequency="yearly"))

    def test_old_ones(self):
        for name in ["Ubuntu 24.04 20251103", "Ubuntu 24.04 2026-01-01", "Ubuntu 24.04 old", "Ubuntu 24.04 .4"]:
            old = self.image(name=name, image_build_date="2025-11-03", patchlevel=".4")
            self.assert_verdict("FAIL", self.CASE, images=old)
            self.assert_verdict("PASS", self.CASE, images=old + self.image())
            for change in [{"hidden": True}, {"name": "Ubuntu"}, {"image_build_date": "2025-11-02", "replace_frequency": "never"}]:
                self.assert_verdict("FAIL", self.CASE, images=old + self.image(**change))
        for name in ["Ubuntu 24.04", "Ubuntu 24.04 Minimal", "Ubuntu 24.04 20251132", "Ubuntu 24.04-old", "My Ubuntu 24.04"]:
            old = self.image(name=name, image_build_date="2025-11-03")
            self.assert_verdict("FAIL", self.CASE, images=old + self.image())
        for name, verdict in [("Ubuntu 24.04 (r3)", "PASS"), ("Ubuntu 24.04", "FAIL"), ("My Ubuntu 24.04", "FAIL")]:
            old = self.image(name=name, image_build_date="2025-11-03", os_purpose="oldgeneric")
            self.assert_verdict(verdict, self.CASE, images=old + self.image())
            for change in [{"os_version": "22.04"}, {"os_purpose": "minimal"}, {"image_build_date": "2025-11-02", "replace_frequency": "never"}]:
                self.assert_verdict("FAIL", self.CASE, images=old + self.image(**change))


class Uniqueness(Case):
    CASE = "scs-0102-os_purpose-uniqueness"

    def test_two(self):
        self.assert_verdict("FAIL", self.CASE, images=self.image() + self.image(name="again"))
        for change in [{"os_version": "22.04"}, {"architecture": "aarch64"}, {"hidden": True}, {"os_purpose": "minimal"}, {"visibility": "shared"}]:
            self.assert_verdict("PASS", self.CASE, images=self.image() + self.image(**change))
        self.assert_verdict("PASS", self.CASE, images=self.image(os_version=None) * 2)
        self.assert_verdict("PASS", self.CASE, images=self.image(os_version="") * 2)
        self.assert_verdict("FAIL", self.CASE, images=self.image(architecture=None) * 2)


class StandardImages(Case):
    LISTS = {
        "scs-0104-images-v4.yaml": "capi-1 debian-10 debian-11 debian-12 ubuntu-2004 ubuntu-2204",
        "scs-0104-images-v5.yaml": "capi-1 capi-2 debian-10 debian-11 debian-12 debian-13 ubuntu-2004 ubuntu-2204 ubuntu-2404",
    }
    NODE = {"name": "ubuntu-capi-image-v1.30.1", "image_source": "https://nbg1.your-objectstorage.com/osism/openstack-k8s-capi-images/a"}

    def test_source(self):
        self.assert_verdict("PASS", "scs-0104-source-ubuntu-2404")
        self.assert_verdict("PASS", "scs-0104-source-ubuntu-2404", images=[])
        for source in ["https://mirror.example/a.img", "http://cloud-images.ubuntu.com/noble/a", "https://cloud-images.ubuntu.com/", None]:
            self.assert_verdict("FAIL", "scs-0104-source-ubuntu-2404", images=self.image(image_source=source))
        self.assert_verdict("PASS", "scs-0104-source-capi-2", images=self.image(**self.NODE))
        self.assert_verdict("FAIL", "scs-0104-source-capi-2", images=self.image(**self.NODE | {"image_source": "private"}))

    def test_present(self):
        self.assert_verdict("PASS", "scs-0104-image-ubuntu-2404")
        for change in [{"name": "ubuntu 24.04"}, {"hidden": True}, {"visibility": "private"}]:
            self.assert_verdict("FAIL", "scs-0104-image-ubuntu-2404", images=self.image(**change))
        self.assert_verdict("PASS", "scs-0104-image-capi-2", images=self.image(**self.NODE))
        self.assert_verdict("PASS", "scs-0104-image-capi-2", images=self.image(name="ubuntu-capi-image-v1.30"))
        for name in ["ubuntu-capi-image v1.30.1", "ubuntu-capi-image-v1.30.1-rc1", "my-ubuntu-capi-image-v1.30.1"]:
            self.assert_verdict("FAIL", "scs-0104-image-capi-2", images=self.image(name=name))

    def test_reading_lists(self):
        self.assertEqual(["ubuntu-2404", "capi-2"], [each.key for each in SPECIFICATIONS])
        self.assertEqual(2, len(SPECIFICATIONS[0].sources))
        self.assertEqual(r"ubuntu-capi-image-v[0-9]\.[0-9]+(\.[0-9]+)?", SPECIFICATIONS[1].scheme)
        for name, keys in self.LISTS.items():
            read = scs_0104.read_list(ROOT / "scopes/assets" / name)
            self.assertEqual(keys.split(), sorted(each.key for each in read))
            self.assertTrue(all(source.startswith("https://") for each in read for source in each.sources))
        self.assertEqual([{"a": "1", "b": ["x", "y"]}, {"a": "2"}], scs_0104.parse_yaml("- a: '1'\n  b: [x, y]\n- a: 2\n"))


class Entropy(Case):
    def test_properties(self):
        self.assert_verdict("PASS", "scs-0101-flavor-property")
        self.assert_verdict("FAIL", "scs-0101-flavor-property", flavors=self.flavor({"hw_rng:allowed": "False"}))
        self.assert_verdict("FAIL", "scs-0101-flavor-property", flavors=self.flavor({"hw_rng:allowed": None}))
        self.assert_verdict("PASS", "scs-0101-image-property")
        self.assert_verdict("FAIL", "scs-0101-image-property", images=self.image(hw_rng_model=None))

    def test_console(self):
        right_and_wrong = {
            "entropy-avail": (["256"], ["255"]),
            "fips-test": (["rngtest: FIPS 140-2 failures: 4"], ["rngtest: FIPS 140-2 failures: 5"]),
            "rngd": (["     Active: active (running) since Mon"], ["     Active: inactive (dead)"]),
        }
        for section, (right, wrong) in right_and_wrong.items():
            self.assert_verdict("PASS", f"scs-0101-{section}", console={"outputs": {section: right}})
            self.assert_verdict("FAIL", f"scs-0101-{section}", console={"outputs": {section: wrong}})
            self.assert_verdict("DNF", f"scs-0101-{section}", console={"outputs": {section: []}})
            self.assert_verdict("DNF", f"scs-0101-{section}", console={"silent": True})
        for missing in [{"images": []}, {"flavors": []}, {"catalog": {"services": {"network": {"absent": True}}}}]:
            self.assert_verdict("DNF", "scs-0101-entropy-avail", **missing)


class VolumeTypes(Case):
    def verdicts(self, description, name="odd"):
        scenario = deepcopy(RIGHT) | {"volume_types": [{"name": name, "description": description}]}
        verdicts = judge(Cloud(scenario, NOW))
        return " ".join(verdicts[f"scs-0114-{each}"]["verdict"] for each in ("syntax-check", "encrypted-type", "replicated-type"))

    def test_examples_of_the_text(self):
        self.assertEqual("PASS PASS FAIL", self.verdicts("[scs:encrypted] This volume uses LUKS-encryption"))
        self.assertEqual("PASS PASS PASS", self.verdicts("[scs:encrypted, replicated] Content will be replicated"))

    def test_wrong_lists(self):
        self.assertEqual("FAIL PASS PASS", self.verdicts("[scs:replicated, encrypted]"))
        self.assertEqual("FAIL PASS FAIL", self.verdicts("[scs:encrypted, encrypted]"))
        self.assertEqual("FAIL FAIL FAIL", self.verdicts("[scs:encrypted"))
        self.assertEqual("FAIL PASS FAIL", self.verdicts("[scs:encrypted,]"))

    def test_lists_in_another_manner(self):
        self.assertEqual("PASS PASS PASS", self.verdicts("[scs:encrypted,replicated]"))
        self.assertEqual("PASS PASS FAIL", self.verdicts("[scs: encrypted]"))
        self.assertEqual("PASS FAIL FAIL", self.verdicts("[scs:]"))

    def test_no_lists(self):
        for text in ["", "LUKS [scs:encrypted]", "[SCS:encrypted]", " [scs:encrypted]", "encrypted"]:
            self.assertEqual("PASS FAIL FAIL", self.verdicts(text), text)

    def test_the_default_type(self):
        self.assertEqual("FAIL PASS PASS", self.verdicts("[scs:replicated, encrypted]", "__DEFAULT__"))
        self.assertEqual("PASS PASS FAIL", self.verdicts("[scs:encrypted]", "__default__"))


class DefaultRules(Case):
    CASE = "scs-0115-default-rules"
    EGRESS = [{"direction": "egress", "ethertype": version} for version in ("IPv4", "IPv6")]
    INGRESS = {"direction": "ingress", "ethertype": "IPv6"}

    def judge(self, wanted, rules):
        self.assert_verdict(wanted, self.CASE, default_security_group_rules=rules)

    def test_right(self):
        self.assert_verdict("PASS", self.CASE)
        self.judge("PASS", None)
        self.judge("PASS", self.EGRESS)
        self.judge("PASS", [self.EGRESS[0] | {"remote_ip_prefix": "0.0.0.0/0"}, self.EGRESS[1]])

    def test_wrong(self):
        self.judge("FAIL", [*self.EGRESS, self.INGRESS | {"used_in_default_group": False, "used_in_other_groups": False}])
        self.judge("FAIL", [self.EGRESS[0] | {"protocol": "tcp"}, self.EGRESS[1]])
        self.judge("FAIL", [])
        self.judge("FAIL", self.EGRESS[:1])
        self.judge("FAIL", [self.EGRESS[0], self.EGRESS[1] | {"used_in_other_groups": False}])
        self.judge("FAIL", [*self.EGRESS, self.INGRESS])
        self.judge("FAIL", [*self.EGRESS, self.INGRESS | {"used_in_other_groups": False}])
        self.judge("FAIL", [*self.EGRESS, self.INGRESS | {"from_same_group": True}])


class Services(Case):
    def without(self, service):
        return {"catalog": {"services": {service: {"absent": True}}}}

    def test_presence(self):
        for service in ["compute", "identity", "image", "network", "load-balancer", "placement"]:
            self.assert_verdict("PASS", f"scs-0123-service-{service}")
            self.assert_verdict("FAIL", f"scs-0123-service-{service}", **self.without(service))

    def test_storage(self):
        for kind in ["block-storage", "volume", "volumev3"]:
            self.assert_verdict("PASS", "scs-0123-storage-apis", catalog={"services": {"block-storage": {"types": [kind]}}})
        self.assert_verdict("FAIL", "scs-0123-storage-apis", catalog={"services": {"block-storage": {"types": ["volumes"]}}})

    def test_s3(self):
        self.assert_verdict("PASS", "scs-0123-service-s3")
        self.assert_verdict("FAIL", "scs-0123-service-s3", catalog={"extra": [{"type": "s3", "url": "/s3"}]})
        self.assert_verdict("PASS", "scs-0123-swift-s3")
        self.assert_verdict("PASS", "scs-0123-swift-s3", **self.without("object-store"))
        self.assert_verdict("FAIL", "scs-0123-swift-s3", object_store={"s3": False})

    def test_key_manager(self):
        self.assert_verdict("PASS", "scs-0116-presence")
        self.assert_verdict("FAIL", "scs-0116-presence", **self.without("key-manager"))
        self.assert_verdict("PASS", "scs-0116-permissions")
        self.assert_verdict("PASS", "scs-0116-permissions", **self.without("key-manager"))
        self.assert_verdict("FAIL", "scs-0116-permissions", key_manager={"roles": ["creator"]})
        reader = {"users": [{"name": "demo", "password": "x", "roles": ["reader"]}]}
        self.assert_verdict("DNF", "scs-0116-permissions", identity=reader)

    def test_backup(self):
        self.assert_verdict("PASS", "scs-0117-test-backup")
        self.assert_verdict("FAIL", "scs-0117-test-backup", **self.without("block-storage"))
        fault = {"service": "block-storage", "path": "/backups", "kind": "fails-later"}
        self.assert_verdict("FAIL", "scs-0117-test-backup", faults=[fault])
        self.assert_verdict("DNF", "scs-0117-test-backup", faults=[fault | {"path": "/volumes"}])


class Faults(Case):
    def test_who_is_concerned(self):
        fault = {"service": "image", "path": "/images", "kind": {"status": {"code": 500}}}
        self.assert_verdict("DNF", "scs-0102-image-recency", faults=[fault])
        self.assert_verdict("PASS", "scs-0100-syntax-check", faults=[fault])
        self.assert_verdict("PASS", "scs-0102-image-recency", faults=[fault | {"times": 1}])
        self.assert_verdict("PASS", "scs-0102-image-recency", faults=[fault | {"path": "/images/*"}])
        self.assert_verdict("DNF", "scs-0102-image-recency", faults=[fault | {"path": "/**"}])


class Generator(unittest.TestCase):
    def test_the_same_seed_gives_the_same_clouds(self):
        first, second, other = (json.dumps(list(generate.clouds(seed, 5, NOW))) for seed in (7, 7, 8))
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)

    def test_every_change_is_made(self):
        made = {each for _, cloud in generate.clouds(1, 200, NOW) for each in cloud["description"].split("; ")}
        self.assertEqual(generate.CHANGES.keys(), made - {"nothing odd"})

    def test_every_testcase_passes_somewhere_and_fails_somewhere(self):
        seen = {}
        for _, scenario in generate.clouds(1, 200, NOW):
            for testcase, each in judge(Cloud(scenario, NOW), SPECIFICATIONS).items():
                seen.setdefault(testcase, set()).add(each["verdict"])
        lacking = {testcase for testcase, verdicts in seen.items() if not {"PASS", "FAIL"} <= verdicts}
        # The simulator hashes every image with SHA-512.
        self.assertEqual({"scs-0102-prop-hash_algo"}, lacking)

    def test_clouds_are_small(self):
        for name, scenario in generate.clouds(1, 200, NOW):
            self.assertLessEqual(len(scenario["flavors"]), 45, name)
            self.assertLessEqual(len(scenario["images"]), 25, name)


class Program(unittest.TestCase):
    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "cloud-000.json")
            path.write_text(json.dumps(RIGHT), encoding="utf-8")
            self.assertEqual("PASS", judge(Cloud.load(path, NOW))["scs-0100-syntax-check"]["verdict"])


if __name__ == "__main__":
    unittest.main()
