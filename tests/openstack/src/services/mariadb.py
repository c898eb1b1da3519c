"""MariaDB, for all databases: on a Unix socket that only this user can reach, without a password."""

import getpass
import socket
from pathlib import Path

from layout import Bed
from processes import Process, bed_command
from service import Service, command


class MariaDb(Service):
    name = "mariadb"

    def __init__(self, services: tuple[Service, ...]):
        self._databases = [database for service in services for database in service.databases]

    def configure(self, bed: Bed) -> None:
        # MariaDB runs this at each start.
        create = "CREATE DATABASE IF NOT EXISTS {} CHARACTER SET utf8mb3;\n"
        self._init_file(bed).write_text("".join(map(create.format, self._databases)))

    def prepare(self, bed: Bed) -> None:
        if self._folder(bed).exists():
            return
        options = [*self._options(bed), "--auth-root-authentication-method=normal", "--skip-test-db"]
        command(bed, "mariadb", "mariadb-install-db", *options)

    def processes(self, bed: Bed) -> list[Process]:
        options = self._options(bed) + [
            f"--user={getpass.getuser()}",
            f"--socket={bed.mariadb_socket}",
            f"--pid-file={bed.run}/mariadb.pid",
            f"--init-file={self._init_file(bed)}",
            "--skip-networking",
            "--skip-log-bin",
            "--max-connections=400",
            "--performance-schema=OFF",
            "--innodb-buffer-pool-size=128M",
            "--innodb-log-file-size=24M",
            # The data are of no value: what a power cut loses can be made anew.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-flush-method=nosync",
        ]
        return [Process("mariadb", ["mariadbd", *options], [self._init_file(bed)], nice=0)]

    def is_ready(self, bed: Bed) -> bool:
        # It listens only after the init file; then it speaks first.
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(bed.mariadb_socket))
                return bool(client.recv(1))
            except OSError:
                return False

    def _options(self, bed: Bed) -> list[str]:
        base = bed_command(bed, "mariadbd").rpartition("/")[0].rpartition("/")[0]
        return ["--no-defaults", f"--basedir={base}", f"--datadir={self._folder(bed)}"]

    def _folder(self, bed: Bed) -> Path:
        return bed.data / "mariadb"

    def _init_file(self, bed: Bed) -> Path:
        return bed.etc / "mariadb-init.sql"
