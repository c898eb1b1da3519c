"""Nova: API, conductor and scheduler; and nova-compute with a hypervisor that only pretends."""

import shutil
from pathlib import Path

import rest
from layout import HERE, MACHINE_PATH, Bed
from processes import Process, bed_command
from service import Api, Service, command, require_reports, site_packages

DRIVER = HERE / "src" / "nova_driver.py"
GUEST = HERE / "src" / "guest.py"


class Nova(Api):
    name = "nova"
    module = "nova.wsgi.osapi_compute"
    databases = ("nova_api", "nova", "nova_cell0")
    catalog = (("compute", "/v2.1"),)

    def configure(self, bed: Bed) -> None:
        bed.write_config("nova.conf", "nova/nova.conf", login=bed.login("nova"))
        bed.write_config("nova-databases.conf", "nova/nova-databases.conf")
        shutil.copy(bed.venv / "etc/nova/api-paste.ini", bed.etc / "nova")
        (bed.data / "nova").mkdir(exist_ok=True)

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "nova" / "nova.conf", bed.etc / "nova" / "nova-databases.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        files = "api-paste.ini;nova.conf;nova-databases.conf"
        return {"OS_NOVA_CONFIG_DIR": str(bed.etc / "nova"), "OS_NOVA_CONFIG_FILES": files}

    def prepare(self, bed: Bed) -> None:
        def manage(*arguments: str) -> str:
            return command(bed, "nova", "nova-manage", *_options(self.configs(bed)), *arguments)

        manage("api_db", "sync")
        manage("cell_v2", "map_cell0")
        manage("db", "sync")
        if " cell1 " not in manage("cell_v2", "list_cells"):
            manage("cell_v2", "create_cell", "--name", "cell1")

    def processes(self, bed: Bed) -> list[Process]:
        configs = self.configs(bed)
        others = [Process(name, [name, *_options(configs)], configs) for name in ("nova-conductor", "nova-scheduler")]
        return super().processes(bed) + others


class NovaCompute(Service):
    name = "nova-compute"
    started_after = ("rabbitmq", "keystone", "placement", "nova")

    def configure(self, bed: Bed) -> None:
        # nova loads drivers from its own package only.
        shutil.copy(DRIVER, site_packages(bed) / "nova" / "virt" / "touchstone.py")
        (bed.data / "nova" / "consoles").mkdir(parents=True, exist_ok=True)

    def processes(self, bed: Bed) -> list[Process]:
        config = bed.etc / "nova" / "nova.conf"
        guest = {"TOUCHSTONE_GUEST": str(GUEST), "TOUCHSTONE_GUEST_PATH": guest_path(bed)}
        return [Process(self.name, [self.name, *_options([config])], [config, DRIVER], guest)]

    def is_ready(self, bed: Bed) -> bool:
        """Whether nova's services, which report every few seconds, have done so since they were started."""
        names = ("nova-conductor", "nova-scheduler", "nova-compute")
        require_reports(bed, _list(bed, "os-services", "services"), names)
        return True

    def settle(self, bed: Bed) -> None:
        if not _list(bed, "os-hypervisors", "hypervisors"):
            nova = [bed.etc / "nova" / "nova.conf", bed.etc / "nova" / "nova-databases.conf"]
            command(bed, "nova", "nova-manage", *_options(nova), "cell_v2", "discover_hosts")


def guest_path(bed: Bed) -> str:
    """Where servers find their commands: the machine's, and rngtest."""
    return ":".join([MACHINE_PATH, str(Path(bed_command(bed, "rngtest")).parent)])


def _list(bed: Bed, path: str, key: str) -> list[dict]:
    admin = rest.Keystone(bed.url("keystone"), "admin", bed.secret("admin"), "admin")
    return rest.call("GET", f"{bed.url('nova')}/v2.1/{path}", admin.token)[0][key]


def _options(configs: list[Path]) -> list[str]:
    return [f"--config-file={config}" for config in configs]
