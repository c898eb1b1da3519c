"""Starting and stopping processes. A process is the bed's own only while pid and start time are those recorded."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from layout import Bed, Trouble, port_is_free, write_private


@dataclass(frozen=True)
class Process:
    """What to run. `configs` are files that it reads: when they change, the process is started anew."""

    name: str
    command: list[str]
    configs: list[Path] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    # How far it stands back when processors are scarce. What all others wait for must not.
    nice: int = 5

    def fingerprint(self) -> str:
        text = [repr(self.command), repr(sorted(self.environment.items()))]
        text += [path.read_text() for path in self.configs]
        return hashlib.sha256("\0".join(text).encode()).hexdigest()


def start(bed: Bed, process: Process) -> None:
    """Starts a process unless it runs as it should."""
    fingerprint = process.fingerprint()
    record = _record(bed, process.name)
    if is_running(record):
        if record["fingerprint"] == fingerprint:
            return
        stop(bed, [process.name])
    for port in process.ports:
        _await_free(port, process.name)
    with open(bed.log / f"{process.name}.log", "ab") as log:
        child = subprocess.Popen(
            ["nice", f"-n{process.nice}", bed_command(bed, process.command[0]), *process.command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=bed.data,
            env=bed.environment | process.environment,
        )
    record = {"pid": child.pid, "started": _started(child.pid), "fingerprint": fingerprint}
    write_private(_record_file(bed, process.name), json.dumps(record))


def bed_command(bed: Bed, name: str) -> str:
    """Where a command is."""
    found = shutil.which(name, path=bed.path)
    if found is None:
        raise Trouble(f"the command {name} is not there.")
    return found


def recorded(bed: Bed) -> dict[str, dict]:
    """What was started, by name."""
    return {file.stem: _load(file) for file in sorted(bed.run.glob("*.json"))}


def is_running(record: dict | None) -> bool:
    return record is not None and record["started"] is not None and _started(record["pid"]) == record["started"]


def started_at(bed: Bed, name: str) -> float:
    """When a process was started, in seconds of Unix time."""
    return _record_file(bed, name).stat().st_mtime


def has_died(bed: Bed, name: str) -> bool:
    record = _record(bed, name)
    return record is not None and not is_running(record)


def stop(bed: Bed, names: list[str], patience: float = 15) -> None:
    """Asks processes to end, waits, and then ends them and their children."""
    records = {name: record for name, record in recorded(bed).items() if name in names}
    leaders = [record for record in records.values() if is_running(record)]
    children = _children(leaders)
    for record in leaders:
        os.kill(record["pid"], signal.SIGTERM)
    _await_end(leaders, patience)
    # Some do not wait for their children, cinder-volume for example.
    _await_end(children, 1)
    for record in leaders + children:
        if is_running(record):
            os.kill(record["pid"], signal.SIGKILL)
    for name in records:
        _record_file(bed, name).unlink(missing_ok=True)


def memory(record: dict) -> int:
    """Bytes that the process and its children hold, each page counted once."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            session = int(_stat(int(folder.name))[3])
            if session == record["pid"]:
                lines = (folder / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except (OSError, TypeError):
            continue
    return total


def _await_end(records: list[dict], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(map(is_running, records)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _children(leaders: list[dict]) -> list[dict]:
    """The other processes of the sessions that these lead. Nobody else's can be in them."""
    sessions = {record["pid"] for record in leaders}
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    members = [pid for pid in pids if pid not in sessions and (stat := _stat(pid)) and int(stat[3]) in sessions]
    return [{"pid": pid, "started": _started(pid)} for pid in members]


def _await_free(port: int, name: str) -> None:
    """Returns when a port is free. One whose process was just ended may be so only a moment later."""
    deadline = time.monotonic() + 3
    while not port_is_free(port):
        if time.monotonic() > deadline:
            raise Trouble(
                f"port {port} of 127.0.0.1, which {name} needs, is in use by something else: "
                f"stop that, or give the bed other ports with `bed reset` (drops its data)."
            )
        time.sleep(0.1)


def _record(bed: Bed, name: str) -> dict | None:
    file = _record_file(bed, name)
    return _load(file) if file.exists() else None


def _load(file: Path) -> dict:
    return json.loads(file.read_text())


def _record_file(bed: Bed, name: str) -> Path:
    return bed.run / f"{name}.json"


def _started(pid: int) -> str | None:
    """Which boot of the machine, and when after it; None when there is no such process or it is a zombie."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {fields[19]}"


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third, the state, on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
