"""The bed's commands."""

import argparse
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

DESCRIPTION = """\
A real OpenStack on this machine's loopback: keystone, glance, placement, nova, neutron.
It lives in $TOUCHSTONE_BED [default: ~/.cache/touchstone/openstack] and nowhere else.
"""


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="bed", description=DESCRIPTION, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="install what is missing, start what does not run, and wait until all is ready")
    commands.add_parser("down", help="stop what `up` started; data stay")
    commands.add_parser("status", help="say what runs; exit code 1 unless all does")
    commands.add_parser("reset", help="down, and drop all data; what was installed stays")
    commands.add_parser("folder", help="say where the bed lives")
    command = parser.parse_args().command
    os.umask(0o077)
    try:
        require_linux()
        bed = Bed(Path(os.environ["TOUCHSTONE_BED"]))
        if command == "folder":
            print(bed.folder)
            return 0
        if command == "status":
            return status(bed)
        with _alone(bed):
            {"up": up, "down": down, "reset": reset}[command](bed)
    except Trouble as trouble:
        print(f"bed: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bed: interrupted; what runs goes on, and `bed down` stops it", file=sys.stderr)
        return 130
    return 0


def up(bed: Bed) -> None:
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


def down(bed: Bed) -> None:
    startup.down(bed)
    print("bed: down")


def reset(bed: Bed) -> None:
    startup.down(bed)
    for folder in (bed.data, bed.etc, bed.log, bed.run):
        shutil.rmtree(folder)
    for name in ("state.json", "clouds.yaml"):
        (bed.folder / name).unlink(missing_ok=True)
    print("bed: empty; the next `bed up` makes it anew")


def status(bed: Bed) -> int:
    if not install.is_installed(bed):
        raise Trouble(f"nothing is installed in {bed.folder}, or not what this version needs: `bed up` installs it.")
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


@contextmanager
def _alone(bed: Bed):
    """Two commands that change the bed wait for each other."""
    with open(bed.folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("bed: waiting for another `bed` to finish", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
