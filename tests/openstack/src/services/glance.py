"""Glance, with images in files."""

from pathlib import Path

from layout import Bed
from service import Api, command


class Glance(Api):
    name = "glance"
    module = "glance.wsgi.api"
    databases = ("glance",)
    catalog = (("image", ""),)

    def configure(self, bed: Bed) -> None:
        bed.write_config("glance-api.conf", "glance/glance-api.conf", login=bed.login("glance"))
        for folder in ("images", "staging", "tasks"):
            (bed.data / "glance" / folder).mkdir(parents=True, exist_ok=True)

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "glance" / "glance-api.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        return {"OS_GLANCE_CONFIG_DIR": str(bed.etc / "glance")}

    def prepare(self, bed: Bed) -> None:
        command(bed, "glance", "glance-manage", "--config-file", self.configs(bed)[0], "db_sync")
