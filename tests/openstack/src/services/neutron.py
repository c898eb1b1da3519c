"""Neutron's API, without agents: there is no traffic. And the network `public`, to which routers have gateways."""

import shutil
from pathlib import Path

import rest
from layout import HERE, Bed
from processes import Process
from service import Api, command, site_packages

DRIVER = HERE / "src" / "neutron_driver.py"
ENTRY_POINT = "[neutron.ml2.mechanism_drivers]\ntouchstone = touchstone_neutron:Driver\n"
METADATA = "Metadata-Version: 2.1\nName: touchstone-neutron\nVersion: 1\n"


class Neutron(Api):
    name = "neutron"
    module = "neutron.wsgi.api"
    databases = ("neutron",)
    catalog = (("network", ""),)
    settled_after = ("keystone",)

    def configure(self, bed: Bed) -> None:
        bed.write_config("neutron.conf", "neutron/neutron.conf", login=bed.login("neutron"))
        (bed.data / "neutron").mkdir(exist_ok=True)
        _install_driver(site_packages(bed))

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "neutron" / "neutron.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        return {"OS_NEUTRON_CONFIG_DIR": str(bed.etc / "neutron"), "OS_NEUTRON_CONFIG_FILES": "neutron.conf"}

    def prepare(self, bed: Bed) -> None:
        command(bed, "neutron", "neutron-db-manage", "--config-file", self.configs(bed)[0], "upgrade", "heads")

    def processes(self, bed: Bed) -> list[Process]:
        (process,) = super().processes(bed)
        process.configs.append(DRIVER)
        return [process]

    def settle(self, bed: Bed) -> None:
        admin = rest.Keystone(bed.url("keystone"), "admin", bed.secret("admin"), "admin")

        def ensure(kind: str, attributes: dict) -> dict:
            url = f"{bed.url('neutron')}/v2.0/{kind}s"
            found = rest.call("GET", f"{url}?name={attributes['name']}", admin.token)[0][f"{kind}s"]
            return found[0] if found else rest.call("POST", url, admin.token, {kind: attributes})[0][kind]

        network = ensure("network", {
            "name": "public",
            "router:external": True,
            "provider:network_type": "flat",
            "provider:physical_network": "public",
        })
        # Addresses that nobody has: those for documentation.
        ensure("subnet", {
            "name": "public",
            "network_id": network["id"],
            "ip_version": 4,
            "cidr": "203.0.113.0/24",
            "enable_dhcp": False,
        })


def _install_driver(packages: Path) -> None:
    """Neutron finds drivers by what is installed, so this one looks as if it were."""
    shutil.copy(DRIVER, packages / "touchstone_neutron.py")
    installed = packages / "touchstone_neutron-1.dist-info"
    installed.mkdir(exist_ok=True)
    (installed / "METADATA").write_text(METADATA)
    (installed / "entry_points.txt").write_text(ENTRY_POINT)
