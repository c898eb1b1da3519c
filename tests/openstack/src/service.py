"""What a service of the bed is. To add one, write it in services/ and list it in services/__init__.py."""

import subprocess
import time
from pathlib import Path

import rest
from layout import Bed, Trouble, end_of
from processes import Process, bed_command, started_at


class Service:
    """The steps to bring one service up, in the order in which they are called.

    Services are brought up concurrently, as far as these two allow.
    """

    name: str
    # Those that must be ready before this one is prepared, those before its processes are started, and those before
    # it is settled.
    prepared_after: tuple[str, ...] = ()
    started_after: tuple[str, ...] = ()
    settled_after: tuple[str, ...] = ()
    # Databases to create in MariaDB.
    databases: tuple[str, ...] = ()
    # Entries of the catalog: service type, and what follows the service's URL in its endpoints.
    catalog: tuple[tuple[str, str], ...] = ()

    def configure(self, bed: Bed) -> None:
        """Writes configuration files and makes folders. Called each time."""

    def prepare(self, bed: Bed) -> None:
        """Makes or upgrades databases. Called once per data folder and per version of the packages; may be repeated."""

    def processes(self, bed: Bed) -> list[Process]:
        """What is to run."""
        return []

    def is_ready(self, bed: Bed) -> bool:
        """Asked again and again until it is. May raise whatever says why it is not."""
        return True

    def settle(self, bed: Bed) -> None:
        """What is to be done through its own API once it is ready. Called each time; may be repeated."""


class Api(Service):
    """A service with an HTTP API, served by waitress from its WSGI application, with databases in MariaDB."""

    prepared_after = ("mariadb",)
    module: str

    def environment(self, bed: Bed) -> dict[str, str]:
        """Where the application finds its configuration, unless its arguments say so."""
        return {}

    def arguments(self, bed: Bed) -> list[str]:
        """Options of the application."""
        return []

    def configs(self, bed: Bed) -> list[Path]:
        raise NotImplementedError

    def processes(self, bed: Bed) -> list[Process]:
        return [api_process(self, bed, self.module)]

    def is_ready(self, bed: Bed) -> bool:
        return rest.answers(bed.url(self.name))


def api_process(api: Api, bed: Bed, application: str) -> Process:
    """Serves a WSGI application: a module that has one, or a file of paste that says how to make it."""
    port = bed.port(api.name)
    server = str(Path(__file__).with_name("serve.py"))
    return Process(
        name=f"{api.name}-api",
        command=["python", "-B", server, application, str(port), *api.arguments(bed)],
        configs=api.configs(bed),
        environment=api.environment(bed),
        ports=(port,),
    )


def require_reports(bed: Bed, services: list[dict], names: tuple[str, ...]) -> None:
    """Whether nova's or cinder's processes, which report every few seconds, have done so since they were started.
    Raises if not. `services` are as their API lists them."""
    reported = {service["binary"]: service["updated_at"] or "" for service in services}
    for name in names:
        started = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(started_at(bed, name)))
        if reported.get(name, "") <= started:
            raise Trouble(f"{name} has not reported since it was started, at {started}")


def site_packages(bed: Bed) -> Path:
    """Where the venv has its modules, and the bed puts drivers of its own."""
    return next((bed.venv / "lib").glob("python3*/site-packages"))


def command(bed: Bed, service: str, *arguments: object, environment: dict[str, str] | None = None) -> str:
    """Runs one of the services' own administration commands; its output goes to the log and to the caller."""
    log = bed.log / f"{service}-prepare.log"
    result = subprocess.run(
        [bed_command(bed, str(arguments[0])), *map(str, arguments[1:])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=bed.data,
        env=bed.environment | (environment or {}),
        text=True,
        errors="replace",
        check=False,
    )
    with open(log, "a") as out:
        out.write(result.stdout)
    if result.returncode:
        raise Trouble(f"{' '.join(map(str, arguments))} failed. {end_of(log)}")
    return result.stdout
