"""Makes the component of a check: writes its sources into the base.

    python3 assemble.py BASE CHECK SDK OUTPUT

`touchstone check build` does the same (and embeds the descriptor); this says in Python what it does. The same sources and
base make the same bytes, whatever the machine, the time, the folder, and the version of Python.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

MARK = b"touchstone-python-sources-1\n"
CAPACITY = 512 * 1024
LEFT_OUT = {"__pycache__", "node_modules", "target", "tests", "vendor", "venv"}


def assemble(base: bytes, check: Path, sdk: Path) -> bytes:
    """The component of the check in a folder.

    Raises `ValueError` if there is no `check.py`, a source is not UTF-8, there is too much of it, or the base is none.
    """
    sources = dict(modules(check, check))
    if not sources.keys() & {"check.py", "check/__init__.py"}:
        raise ValueError(f"{check}: there is no check.py, which says `CHECK = Check(…)`")
    package = sdk / "touchstone_sdk"
    if not (package / "__init__.py").is_file():
        raise ValueError(f"{sdk}: there is no touchstone_sdk")
    sources = {path: text for path, text in sources.items() if not path.startswith("touchstone_sdk/")}
    own = sdk_sources(sdk)
    if sdk_mark(own) not in base:
        sources |= own
    text = spelled(sources)
    if len(text) > CAPACITY:
        raise ValueError(f"{check}: {len(text)} bytes of sources, and there is room for {CAPACITY}")
    place = MARK + b"\xff" * CAPACITY
    if base.count(place) != 1:
        raise ValueError("this is not a base of checks in Python: it has no empty place for sources")
    return base.replace(place, text.ljust(len(place), b"\xff"))


def sdk_sources(sdk: Path) -> dict[str, str]:
    """The modules of the SDK that belong into components: all but those for tests."""
    return {
        path: text
        for path, text in modules(sdk / "touchstone_sdk", sdk)
        if not path.startswith("touchstone_sdk/testing/")
    }


def sdk_mark(sources: dict[str, str]) -> bytes:
    """What a base says that holds the SDK of these sources."""
    return b"touchstone-python-sdk-sha256:" + hashlib.sha256(spelled(sources)).hexdigest().encode()


def spelled(sources: dict[str, str]) -> bytes:
    """Sources as JSON, in one spelling: sorted, without blanks, and all that is not ASCII escaped."""
    return json.dumps(sources, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def modules(folder: Path, root: Path) -> Iterator[tuple[str, str]]:
    """The modules below a folder that belong into a component: by their paths below `root`, with `/`."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in LEFT_OUT:
            continue
        if path.is_dir():
            yield from modules(path, root)
        elif path.suffix == ".py" and not path.name.startswith("test_"):
            try:
                # Line ends as Git may have made them on another system are no difference.
                text = path.read_bytes().decode().replace("\r\n", "\n")
            except UnicodeDecodeError as error:
                raise ValueError(f"{path}: not UTF-8: {error}") from None
            yield path.relative_to(root).as_posix(), text


def stage(here: Path, folder: Path) -> None:
    """Writes what a base is made of into a folder: the SDK, and `touchstone_base.py` with the SDK's hash in it."""
    sources = sdk_sources(here.parent)
    digest = sdk_mark(sources).decode().rpartition(":")[2]
    text = (here / "touchstone_base.py").read_text(encoding="utf-8")
    for path, source in [*sources.items(), ("touchstone_base.py", text.replace("@SDK@", digest))]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(source.encode())


def main() -> int:
    try:
        if sys.argv[1:2] == ["--stage"]:
            stage(*map(Path, sys.argv[2:]))
            return 0
        if sys.argv[1:2] == ["--sdk"]:
            print(sdk_mark(sdk_sources(Path(sys.argv[2]).parent)).decode().rpartition(":")[2])
            return 0
        base, check, sdk, output = map(Path, sys.argv[1:])
        output.write_bytes(assemble(base.read_bytes(), check, sdk))
    except (OSError, ValueError) as error:
        print(f"assemble: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
