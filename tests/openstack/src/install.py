"""Installing: Debian packages that the machine lacks, unpacked into the bed's folder, and the venv."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from layout import HERE, MACHINE_PATH, Bed, Trouble, end_of

# Commands, and the Debian packages that have them.
COMMANDS = {
    "mariadbd": "mariadb-server-core",
    "mariadb-install-db": "mariadb-server-core",
    "my_print_defaults": "mariadb-client-core",
    "erl": "erlang-base",
    "epmd": "erlang-base",
    "rabbitmq-server": "rabbitmq-server",
    "rngtest": "rng-tools5",
}
# What cinder's package asks for, and only its backups to Google's and Amazon's clouds need: 160 MB.
LEFT_OUT = ("google-api-python-client", "boto3")
REQUIREMENTS = HERE / "requirements.txt"


def version() -> str:
    """Names what is installed: databases made by another version are upgraded."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def is_installed(bed: Bed) -> bool:
    stamp = bed.venv / "installed"
    # The Python from which the venv was made may have gone.
    has_python = (bed.venv / "bin" / "python").exists()
    return has_python and stamp.exists() and stamp.read_text() == version() and not _missing(bed.path)


def install(bed: Bed, say) -> None:
    if _missing(bed.path):
        packages = _missing(MACHINE_PATH)
        say(f"fetching {', '.join(packages)} into {bed.debian}")
        _unpack(bed, "servers", packages)
        if still := _missing(bed.path):
            raise Trouble(f"{', '.join(still)} did not bring the commands that the bed needs ({', '.join(COMMANDS)}).")
    say(f"installing OpenStack from PyPI into {bed.venv} (490 MB, about a minute)")
    shutil.rmtree(bed.venv, ignore_errors=True)
    python = bed.venv / "bin" / "python"
    _run(bed, [sys.executable, "-m", "venv", "--without-pip", str(bed.venv)], "making a venv")
    pip = _pip(bed)
    # Every package is pinned, so there is nothing to resolve; bytecode is compiled when first used.
    options = ["--quiet", "--no-deps", "--no-compile", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]
    _run(bed, [str(python), str(pip), "install", *options, "-r", str(REQUIREMENTS)], "pip install")
    _check(python, pip)
    _look_for_replies_often(bed)
    (bed.venv / "installed").write_text(version())


def _check(python: Path, pip: Path) -> None:
    """Whether all packages have what they ask for."""
    result = subprocess.run([python, pip, "check"], capture_output=True, text=True, check=False)
    left_out = tuple(f"requires {name}, which is not installed." for name in LEFT_OUT)
    complaints = [line for line in result.stdout.splitlines() if not line.endswith(left_out)]
    if result.returncode and complaints:
        raise Trouble(f"the packages of {REQUIREMENTS} do not fit together: {'; '.join(complaints)} {result.stderr}")


def _missing(path: str) -> list[str]:
    """The packages of the commands that a search path has not."""
    return sorted({package for command, package in COMMANDS.items() if not shutil.which(command, path=path)})


def _unpack(bed: Bed, name: str, packages: list[str]) -> None:
    if subprocess.run([HERE / "debs", bed.debian / name, *packages], check=False).returncode:
        raise Trouble(f"this machine lacks {', '.join(packages)}, and they could not be fetched (see above).")


def _pip(bed: Bed) -> Path:
    """A wheel of pip, which the venv's Python can run: Python's own, or Debian's, whose Python has none."""
    for _ in range(2):
        own = importlib.util.find_spec("ensurepip")
        folders = [Path(own.origin).parent / "_bundled"] if own else []
        folders += [Path("/usr/share/python-wheels"), *bed.debian.glob("*/usr/share/python-wheels")]
        wheels = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
        if wheels:
            return wheels[0] / "pip"
        _unpack(bed, "pip", ["python3-pip-whl"])
    raise Trouble(f"{sys.executable} has no pip (module ensurepip).")


def _look_for_replies_often(bed: Bed) -> None:
    """Makes calls between nova's processes take 20 ms instead of half a second each: how long oslo.messaging sleeps
    before it looks for a reply again. It has no option for that."""
    for file in (bed.venv / "lib").glob("python3*/site-packages/oslo_messaging/_drivers/amqpdriver.py"):
        text = file.read_text()
        if text.count("time.sleep(0.5)") != 1:
            raise Trouble(f"{file} is not as expected: see {__file__}")
        file.write_text(text.replace("time.sleep(0.5)", "time.sleep(0.02)"))


def _certificates(bed: Bed) -> dict[str, str]:
    """For Debian's pip, which trusts only the machine's certificates: if there are none, those unpacked with it."""
    unpacked = sorted(bed.debian.glob("*/usr/share/ca-certificates/mozilla/*.crt"))
    if "PIP_CERT" in os.environ or Path("/etc/ssl/certs/ca-certificates.crt").exists() or not unpacked:
        return {}
    bundle = bed.debian / "ca-certificates.crt"
    bundle.write_text("".join(file.read_text() for file in unpacked))
    return {"PIP_CERT": str(bundle)}


def _run(bed: Bed, command: list[str], what: str) -> None:
    log = bed.log / "install.log"
    environment = os.environ | _certificates(bed)
    with open(log, "ab") as out:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, check=False
        )
    if result.returncode:
        raise Trouble(f"{what} failed; is a PyPI mirror reachable? {end_of(log)}")
