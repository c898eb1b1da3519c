"""Where the bed lives: its folders, ports, secrets, configuration files and the environment of its processes."""

import json
import os
import re
import secrets
import socket
import string
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
REGION = "RegionOne"

# Offsets from the bed's first port. A new service takes a free one; the others keep theirs.
PORTS = {
    "keystone": 0,
    "glance": 1,
    "placement": 2,
    "nova": 3,
    "neutron": 4,
    "cinder": 5,
    "barbican": 6,
    "rabbitmq": 50,
    "rabbitmq-distribution": 51,
    "epmd": 52,
}
# Where commands are. Debian's /usr/sbin/rabbitmq-server is for its own service only.
MACHINE_PATH = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SECRETS = ("admin", "tester", "reader", "appcred", "service", "rabbitmq", "barbican")


class Trouble(Exception):
    """Something that the user must know, in words for the user."""


class Bed:
    """One bed: everything of it is below `folder`, and nothing else is ever written."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.debian = self.folder / "debian"
        self.venv = self.folder / "venv"
        self.etc = self.folder / "etc"
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.run = self.folder / "run"
        if not re.fullmatch(r"[\w/.@+-]+", str(self.folder), re.ASCII):
            raise Trouble(f"{self.folder}: Erlang stumbles over such a path. Set TOUCHSTONE_BED to a plainer one.")
        if len(str(self.mariadb_socket)) > 100:
            raise Trouble(f"{self.folder}: too long for a Unix socket below it. Set TOUCHSTONE_BED to a shorter path.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for folder in (self.etc, self.data, self.log, self.run):
            folder.mkdir(exist_ok=True)
        self._state = self._load_state()

    @property
    def mariadb_socket(self) -> Path:
        return self.folder / "run" / "mariadb.sock"

    @property
    def path(self) -> str:
        """Where the bed's commands are sought: what was unpacked for it, then what the machine has."""
        unpacked = self._unpacked("usr/lib/rabbitmq/bin", "usr/bin", "usr/sbin")
        return ":".join([str(self.venv / "bin"), *unpacked, MACHINE_PATH])

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the bed's processes; nothing of the caller's."""
        return {
            "PATH": self.path,
            "LD_LIBRARY_PATH": ":".join(self._unpacked("usr/lib/*-linux-gnu", "lib/*-linux-gnu")),
            "HOME": str(self.data),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.run),
            "PYTHONWARNINGS": "ignore",
            "MALLOC_ARENA_MAX": "2",
        }

    def port(self, name: str) -> int:
        return self._state["first_port"] + PORTS[name]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    def secret(self, name: str) -> str:
        return self._state["secrets"][name]

    def write_config(self, template: str, target: str, **more: object) -> Path:
        """Fills in a template of config/ and writes it below etc/."""
        values = {
            "data": self.data,
            "etc": self.etc,
            "venv": self.venv,
            "region": REGION,
            "mariadb_socket": self.mariadb_socket,
            "rabbitmq_port": self.port("rabbitmq"),
            "rabbitmq_password": self.secret("rabbitmq"),
            "rabbitmq_url": f"rabbit://touchstone:{self.secret('rabbitmq')}@127.0.0.1:{self.port('rabbitmq')}/",
            "keystone_url": self.url("keystone"),
            "glance_url": self.url("glance"),
            **more,
        }
        text = string.Template((HERE / "config" / template).read_text()).substitute(values)
        path = self.etc / target
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, text)
        return path

    def login(self, account: str) -> str:
        """The options with which a service's account authenticates."""
        return (
            f"auth_url = {self.url('keystone')}/v3\n"
            "auth_type = password\n"
            f"username = {account}\n"
            f"password = {self.secret('service')}\n"
            "project_name = service\n"
            "user_domain_id = default\n"
            "project_domain_id = default\n"
            f"region_name = {REGION}"
        )

    def _unpacked(self, *parts: str) -> list[str]:
        return [str(folder) for part in parts for folder in sorted(self.debian.glob(f"*/{part}"))]

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    def _load_state(self) -> dict:
        try:
            state = json.loads(self._state_file.read_text())
        except FileNotFoundError:
            state = {"first_port": _free_ports()}
        known = state.setdefault("secrets", {})
        for name in SECRETS:
            known.setdefault(name, secrets.token_urlsafe(18))
        write_private(self._state_file, json.dumps(state, indent=2) + "\n")
        return state


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.rename(path)


def end_of(log: Path) -> str:
    """The last lines of a log, to show to the user."""
    lines = log.read_text(errors="replace").splitlines()[-8:]
    return f"The end of {log}:\n" + "\n".join("    " + line[:300] for line in lines)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_linux() -> None:
    if sys.platform != "linux":
        raise Trouble("the bed runs on Linux only (it needs /proc); this machine is " + sys.platform + ".")


def _free_ports() -> int:
    """The first port of a hundred of which the bed's are free; below the kernel's range for outgoing connections."""
    for first in range(15000, 16000, 100):
        if all(port_is_free(first + offset) for offset in PORTS.values()):
            return first
    raise Trouble("no free ports between 15000 and 15999 on 127.0.0.1.")
