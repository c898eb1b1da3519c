"""What a service of the bed is. To add one, write it in services/ and list it in services/__init__.py."""

import subprocess
from pathlib import Path

import rest
from layout import Bed, Trouble, end_of
from processes import Process, bed_command


class Service:
    """The steps to bring one service up, in the order in which they are called.

    Services are brought up concurrently, as far as these two allow.
    """

    name: str
    # Those that must be ready before this one is prepared, and those before its processes are started.
    prepared_after: tuple[str, ...] = ()
    started_after: tuple[str, ...] = ()
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
        """Where the application finds its configuration."""
        raise NotImplementedError

    def configs(self, bed: Bed) -> list[Path]:
        raise NotImplementedError

    def processes(self, bed: Bed) -> list[Process]:
        port = bed.port(self.name)
        server = str(Path(__file__).with_name("serve.py"))
        return [
            Process(
                name=f"{self.name}-api",
                command=["python", "-B", server, self.module, str(port)],
                configs=self.configs(bed),
                environment=self.environment(bed),
                ports=(port,),
            )
        ]

    def is_ready(self, bed: Bed) -> bool:
        return rest.answers(bed.url(self.name))


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
