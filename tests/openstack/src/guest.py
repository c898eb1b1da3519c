"""What stands in for a server: guest.py FOLDER HOSTNAME KIND.

It writes FOLDER/console as a Linux image with cloud-init does while it boots, and really runs the commands of
FOLDER/user-data. Runs in the bed's venv, started by nova_driver.py, and ends when its standard input does.
"""

import os
import select
import shlex
import signal
import string
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import yaml

# Seconds between two stages of booting, and those that commands may take.
PAUSE = 1
PATIENCE = 120
LONGEST_CONSOLE = 8 << 20
VERSION = "22.4.2"

# As far as the kernel lets us: the machine cannot be written (but for the folder $1, which is /tmp, too, as a rule),
# there is no network, systemd cannot be reached, and what is written to /dev/console gets to our console.
ISOLATION = ["unshare", "--map-root-user", "--mount", "--pid", "--net", "--fork", "--kill-child"]
ISOLATE = """
mount --bind "$1" "$1" || exit
[ ! -c /dev/console ] || mount --bind "$1/console" /dev/console || exit
for folder in /run/systemd /run/dbus; do [ ! -d $folder ] || mount -t tmpfs none $folder || exit; done
while read -r _ mounted _; do
    [ "$mounted" = "$1" ] || mount -o remount,bind,ro "$mounted" 2>/dev/null
done < /proc/self/mounts
case $1 in /tmp/*) ;; *) mount --bind "$1" /tmp || exit ;; esac
cd / && exec "$1/script"
"""


class Console:
    """The lines that the server prints."""

    def __init__(self, file):
        self._file = file
        self._booted = time.monotonic()

    def uptime(self) -> float:
        return time.monotonic() - self._booted

    def kernel(self, line: str) -> None:
        self.write(f"[{self.uptime():12.6f}] {line}\n".encode())

    def cloud_init(self, line: bytes) -> None:
        self.write(f"[{self.uptime():12.6f}] cloud-init[{os.getpid()}]: ".encode() + line + b"\n")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def is_full(self) -> bool:
        return self._file.tell() > LONGEST_CONSOLE


def main(folder: Path, hostname: str, kind: str) -> None:
    if kind == "silent":
        return
    with open(folder / "console", "wb", buffering=0) as file:
        console = Console(file)
        boot(console)
        if kind != "without-cloud-init":
            cloud_init(console, folder, (folder / "user-data").read_bytes())
        console.write(f"\nDebian GNU/Linux 12 {hostname} ttyS0\n\n{hostname} login: ".encode())


def boot(console: Console) -> None:
    system = os.uname()
    console.kernel(f"Linux version {system.release} {system.version}")
    console.kernel("Command line: root=/dev/vda1 ro console=tty0 console=ttyS0,115200")
    console.kernel("random: crng init done")
    console.kernel("EXT4-fs (vda1): mounted filesystem with ordered data mode")
    console.kernel("systemd[1]: Detected virtualization touchstone.")
    time.sleep(PAUSE)


def cloud_init(console: Console, folder: Path, user_data: bytes) -> None:
    def stage(name: str) -> None:
        now = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
        up = f"Up {console.uptime():.2f} seconds."
        console.cloud_init(f"Cloud-init v. {VERSION} running '{name}' at {now}. {up}".encode())

    stage("init")
    config, script = parse(console, user_data)
    run_commands(console, folder, config, "bootcmd")
    time.sleep(PAUSE)
    stage("modules:final")
    run_commands(console, folder, config, "runcmd")
    if script:
        run(console, folder, script, "scripts-user")
    console.cloud_init(final_message(console, config.get("final_message")))


def parse(console: Console, user_data: bytes) -> tuple[dict, bytes]:
    """The `#cloud-config`, and the script that the user data are."""
    user_data = user_data.lstrip()
    if user_data.startswith(b"#!"):
        return {}, user_data
    if user_data.startswith(b"#cloud-config"):
        try:
            config = yaml.safe_load(user_data) or {}
        except yaml.YAMLError:
            config = None
        if isinstance(config, dict):
            return config, b""
        console.cloud_init(b"util.py[WARNING]: Failed loading yaml blob. Invalid format")
    elif user_data:
        console.cloud_init(b"__init__.py[WARNING]: Unhandled non-multipart (text/x-not-multipart) userdata")
    return {}, b""


def run_commands(console: Console, folder: Path, config: dict, module: str) -> None:
    if not config.get(module):
        return
    try:
        script = shell_script(config[module])
    except TypeError as error:
        console.cloud_init(f"util.py[WARNING]: Failed to run module {module}: {error}".encode())
    else:
        run(console, folder, script, module)


def shell_script(commands: list) -> bytes:
    """All commands as one script, as cloud-init makes it: lines of shell, or lists of arguments."""
    lines = ["#!/bin/sh"]
    for command in commands:
        if isinstance(command, list):
            lines.append(shlex.join(map(str, command)))
        elif isinstance(command, (str, int)):
            lines.append(str(command))
        else:  # such as `echo a: b` without quotes, which YAML takes for a mapping
            raise TypeError(f"Unable to shellify type {type(command).__name__}. Expected list, string, tuple.")
    return ("\n".join(lines) + "\n").encode()


def final_message(console: Console, template: str | None) -> bytes:
    values = {
        "version": VERSION,
        "timestamp": time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()),
        "datasource": "DataSourceNone",
        "uptime": f"{console.uptime():.2f}",
    }
    values |= {name.upper(): value for name, value in values.items()}
    default = "Cloud-init v. $version finished at $timestamp. Datasource $datasource.  Up $uptime seconds"
    return string.Template(template or default).safe_substitute(values).encode()


def run(console: Console, folder: Path, script: bytes, module: str) -> None:
    """Runs a script, and prints what it prints while it does."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / "script").write_bytes(script)
    (home / "script").chmod(0o700)
    os.mkfifo(home / "console")
    output = os.open(home / "console", os.O_RDONLY | os.O_NONBLOCK)
    printed = os.open(home / "console", os.O_WRONLY)
    environment = {"PATH": os.environ["TOUCHSTONE_GUEST_PATH"], "HOME": str(home), "TMPDIR": str(home)}
    environment |= {"LANG": "C.UTF-8", "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}
    process = subprocess.Popen(
        command(home), stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, cwd=home, env=environment
    )
    os.close(printed)
    _print(console, process, output)
    os.close(output)
    (home / "console").unlink()
    if process.wait():
        console.cloud_init(f"util.py[WARNING]: Failed to run module {module}: exit code {process.returncode}".encode())


def command(home: Path) -> list[str]:
    try:
        is_isolated = subprocess.run([*ISOLATION, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_isolated = False
    if is_isolated:
        return [*ISOLATION, "sh", "-c", ISOLATE, "sh", str(home)]
    return ["sh", "-c", 'exec "$1"', "sh", str(home / "script")]


def _print(console: Console, process: subprocess.Popen, output: int) -> None:
    """Prints whole lines until all who could print have ended."""
    deadline = time.monotonic() + PATIENCE
    rest = b""
    while True:
        has_ended = process.poll() is not None
        if select.select([output], [], [], 0.1)[0]:
            data = os.read(output, 1 << 16)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                console.cloud_init(line.rstrip(b"\r"))
        elif has_ended:
            break
        if time.monotonic() > deadline or console.is_full():
            process.kill()
            console.cloud_init(f"the bed ended the commands: more than {PATIENCE} s or 8 MiB".encode())
            break
    if rest:
        console.cloud_init(rest)


def end_with_standard_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    try:
        main(Path(sys.argv[1]), *sys.argv[2:])
    except Exception:
        traceback.print_exc()
    # What the commands left behind ends, too.
    os.killpg(0, signal.SIGKILL)
