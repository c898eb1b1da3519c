"""Neutron's API, without agents: there is no traffic."""

from pathlib import Path

from layout import Bed
from service import Api, command


class Neutron(Api):
    name = "neutron"
    module = "neutron.wsgi.api"
    databases = ("neutron",)
    catalog = (("network", ""),)

    def configure(self, bed: Bed) -> None:
        bed.write_config("neutron.conf", "neutron/neutron.conf", login=bed.login("neutron"))
        (bed.data / "neutron").mkdir(exist_ok=True)

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "neutron" / "neutron.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        return {"OS_NEUTRON_CONFIG_DIR": str(bed.etc / "neutron"), "OS_NEUTRON_CONFIG_FILES": "neutron.conf"}

    def prepare(self, bed: Bed) -> None:
        command(bed, "neutron", "neutron-db-manage", "--config-file", self.configs(bed)[0], "upgrade", "heads")
