"""Placement."""

from pathlib import Path

from layout import Bed
from service import Api, command


class Placement(Api):
    name = "placement"
    module = "placement.wsgi.api"
    databases = ("placement",)
    catalog = (("placement", ""),)

    def configure(self, bed: Bed) -> None:
        bed.write_config("placement.conf", "placement/placement.conf", login=bed.login("placement"))

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "placement" / "placement.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        return {"OS_PLACEMENT_CONFIG_DIR": str(bed.etc / "placement")}

    def prepare(self, bed: Bed) -> None:
        command(bed, "placement", "placement-manage", "--config-file", self.configs(bed)[0], "db", "sync")
