"""The bed's commands."""

import fcntl
import os
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import install
import processes
import services
import startup
from layout import Bed, Trouble, require_linux

USAGE = """\
A real OpenStack on this machine's loopback: keystone, glance, placement, nova,
neutron, cinder, barbican.
It lives in $TOUCHSTONE_BED [default: ~/.cache/touchstone/openstack] and nowhere else.

Usage: bed COMMAND

  up              install what is missing, start what does not run, and wait until all is ready
  down            stop what `up` started; data stay
  status          say what runs; exit code 1 unless all does
  reset           down, and drop all data; what was installed stays
  folder          say where the bed lives
  openstack ...   the `openstack` client, as $OS_CLOUD: admin [default], tester, tester-appcred or reader
"""
NOT_INSTALLED = "nothing is installed in {}, or not what this version needs: `bed up` installs it."


def main(command: str, arguments: list[str]) -> int:
    alone = {"up": up, "down": down, "reset": reset, "status": status}
    folder = Path(os.environ["TOUCHSTONE_BED"]).resolve()
    os.umask(0o077)
    try:
        require_linux()
        if command == "openstack":
            openstack(Bed(folder), arguments)
        if command in alone and not arguments:
            with _alone(folder):
                return alone[command](Bed(folder))
        if command == "folder" and not arguments:
            print(folder)
        elif command in ("help", "--help", "-h"):
            print(USAGE, end="")
        else:
            print(USAGE, end="", file=sys.stderr)
            return 64
    except Trouble as trouble:
        print(f"bed: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bed: interrupted; what runs goes on, and `bed down` stops it", file=sys.stderr)
        return 130
    return 0


def up(bed: Bed) -> int:
    began = time.monotonic()

    def say(message: str) -> None:
        # In one piece, since services say that they are ready from threads of their own.
        print(f"bed: {time.monotonic() - began:5.1f} s  {message}\n", end="", flush=True)

    if not install.is_installed(bed):
        startup.down(bed)
        install.install(bed, say)
    if startup.was_interrupted(bed):
        say("databases are half made, since the last `bed up` did not end well: making them anew")
        startup.down(bed)
        shutil.rmtree(bed.data)
        bed.data.mkdir()
    startup.up(bed, say)
    say(f"up; clouds are in {bed.folder}/clouds.yaml")
    return 0


def down(bed: Bed) -> int:
    startup.down(bed)
    print("bed: down")
    return 0


def reset(bed: Bed) -> int:
    startup.down(bed)
    for folder in (bed.data, bed.etc, bed.log, bed.run):
        shutil.rmtree(folder)
    for name in ("state.json", "clouds.yaml"):
        (bed.folder / name).unlink(missing_ok=True)
    print("bed: empty; the next `bed up` makes it anew")
    return 0


def status(bed: Bed) -> int:
    if not install.is_installed(bed):
        raise Trouble(NOT_INSTALLED.format(bed.folder))
    expected = [process.name for service in services.ALL for process in service.processes(bed)]
    records = processes.recorded(bed)
    total = 0
    for name in expected:
        record = records.get(name)
        running = processes.is_running(record)
        size = processes.memory(record) if running else 0
        total += size
        print(f"{name:16} runs {size >> 20:9} MiB  pid {record['pid']}" if running else f"{name:16} is down")
    print(f"{'together':16}      {total >> 20:9} MiB")
    return int(not all(processes.is_running(records.get(name)) for name in expected))


def openstack(bed: Bed, arguments: list[str]) -> None:
    """Becomes the client; does not return."""
    if not install.is_installed(bed):
        raise Trouble(NOT_INSTALLED.format(bed.folder))
    # As a variable: sessions take options of the command line for commands.
    cloud = os.environ.get("OS_CLOUD", "admin")
    environment = bed.environment | {"OS_CLIENT_CONFIG_FILE": str(bed.folder / "clouds.yaml"), "OS_CLOUD": cloud}
    os.execve(bed.venv / "bin" / "openstack", ["openstack", *arguments], environment)


@contextmanager
def _alone(folder: Path):
    """Two commands that change the bed wait for each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("bed: waiting for another `bed` to finish", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:2] or [""]), sys.argv[2:]))
