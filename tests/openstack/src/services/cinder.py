"""Cinder: API and scheduler; volumes are sparse files, and so are backups, which are made and restored for real."""

import shutil
from pathlib import Path

import rest
from layout import HERE, Bed, Trouble
from processes import Process
from service import Api, Service, command, require_reports, site_packages

DRIVER = HERE / "src" / "cinder_driver.py"


class Cinder(Api):
    name = "cinder"
    module = "cinder.wsgi.api"
    databases = ("cinder",)
    catalog = (("block-storage", "/v3"),)

    def configure(self, bed: Bed) -> None:
        bed.write_config("cinder.conf", "cinder/cinder.conf", login=bed.login("cinder"))
        for folder in ("volumes", "backups"):
            (bed.data / "cinder" / folder).mkdir(parents=True, exist_ok=True)

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "cinder" / "cinder.conf"]

    def arguments(self, bed: Bed) -> list[str]:
        return [f"--config-file={self.configs(bed)[0]}"]

    def prepare(self, bed: Bed) -> None:
        command(bed, "cinder", "cinder-manage", *self.arguments(bed), "db", "sync")

    def processes(self, bed: Bed) -> list[Process]:
        scheduler = Process("cinder-scheduler", ["cinder-scheduler", *self.arguments(bed)], self.configs(bed))
        return super().processes(bed) + [scheduler]


class CinderVolume(Service):
    name = "cinder-volume"
    started_after = ("rabbitmq", "keystone", "cinder")

    def configure(self, bed: Bed) -> None:
        shutil.copy(DRIVER, site_packages(bed) / "touchstone_cinder.py")

    def processes(self, bed: Bed) -> list[Process]:
        config = bed.etc / "cinder" / "cinder.conf"
        names = ("cinder-volume", "cinder-backup")
        return [Process(name, [name, f"--config-file={config}"], [config, DRIVER]) for name in names]

    def is_ready(self, bed: Bed) -> bool:
        """Whether all have reported since they were started, and the scheduler knows where volumes can be made."""
        admin = rest.Keystone(bed.url("keystone"), "admin", bed.secret("admin"), "admin")

        def get(path: str) -> dict:
            return rest.call("GET", f"{bed.url('cinder')}/v3/{path}", admin.token)[0]

        require_reports(bed, get("os-services")["services"], ("cinder-scheduler", "cinder-volume", "cinder-backup"))
        if not get("scheduler-stats/get_pools")["pools"]:
            raise Trouble("cinder-scheduler does not yet know of cinder-volume")
        return True
