"""The interpreter in which checks in Python run: what every component of a check in Python begins with.

`build` makes a component of this file once, with componentize-py. It holds CPython, the modules of the standard library
that `STANDARD_LIBRARY` names, and an empty place for sources. To build a check means to write its sources into that
place; the rest of the bytes stays the same. So the same sources always make the same component, on any machine.

The sources are JSON, paths and texts, and run when the component is first called. Nothing of WASI is there: whatever
Python would ask it for is answered here, or is an error that says what to do.
"""

import builtins
import gc
import io
import json
import sys
import types
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader


def _no_files(*_, **__):
    raise FileNotFoundError("a check has no files: what it reads are assets and evidence")


def _without_docs(loader, data, path, *, _optimization=-1):
    return compile(data, path, "exec", dont_inherit=True, optimize=2)


SourceFileLoader.source_to_code = _without_docs
sys.dont_write_bytecode = True
builtins.open = io.open = _no_files  # Before modules keep them.
sys.modules["_datetime"] = None  # The one in Python asks `time`, which is replaced below; the one in C asks WASI.

STANDARD_LIBRARY = """
    abc array ast base64 binascii bisect calendar cmath codecs collections collections.abc contextlib copy csv dataclasses
    datetime decimal difflib email.utils enum fnmatch fractions functools hashlib heapq hmac html html.parser io ipaddress
    itertools json keyword linecache math numbers operator os posixpath pprint queue random re reprlib secrets shlex
    statistics string struct textwrap time tomllib traceback types typing unicodedata urllib.parse uuid warnings weakref
    xml.etree.ElementTree xml.parsers.expat zlib
""".split()
for _name in STANDARD_LIBRARY:
    import_module(_name)

import os
import random
import time
import traceback
import uuid

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import context, findings

import touchstone_sdk.guest  # So that not every check has to load it; and with it all of `wit_world`.

SDK = "touchstone-python-sdk-sha256:@SDK@"
"""Whose sources it is, for builders: where those of a check's SDK are others, they are written beside the check's."""
CAPACITY = 512 * 1024
_MARK = b"touchstone-python-sources-1\n"
# In the component: the mark, then as many 0xff as there is room. A builder finds both, and writes the sources over them:
# JSON, which never holds that byte.
_PLACE = bytearray(b"\xff") * (len(_MARK) + CAPACITY)
_PLACE[: len(_MARK)] = _MARK


def _sources() -> dict[str, str]:
    end = _PLACE.find(b"\xff")
    if _PLACE.startswith(_MARK):
        raise RuntimeError("this is the base of checks in Python, without a check")
    return json.loads(bytes(_PLACE[: end if end >= 0 else len(_PLACE)]))


class _Finder:
    """Finds modules among the sources."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        base = name.replace(".", "/")
        for file, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self.sources:
                spec = ModuleSpec(name, self, origin=file, is_package=is_package)
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module) -> None:
        file = module.__spec__.origin
        exec(compile(self.sources[file], file, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, name: str) -> str | None:
        spec = self.find_spec(name)
        return spec and self.sources[spec.origin]

    def get_data(self, path: str) -> bytes:
        if path in self.sources:
            return self.sources[path].encode()
        raise FileNotFoundError(path)


class _Log:
    """Where `print` goes: to the host's log, line by line."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, level) -> None:
        self.level = level
        self.line = ""

    def write(self, text: str) -> int:
        *lines, self.line = (self.line + text).split("\n")
        for line in lines:
            findings.log(self.level, line)
        return len(text)

    def flush(self) -> None:
        if self.line:
            findings.log(self.level, self.line)
            self.line = ""

    def isatty(self) -> bool:
        return False


def _no_randomness(*_):
    raise NotImplementedError(
        "a check has no randomness, or its verdicts could not be recomputed: take `context.prefix` for names"
    )


def _sleep(seconds) -> None:
    left = round(seconds * 1000)
    while left > 0:
        context.pause(min(left, 60_000))
        left -= 60_000


_PURE = {"cpu_count", "fspath", "getpid", "putenv", "register_at_fork", "strerror", "unsetenv"}
"""What `os` takes from C and asks nobody for; all else is files, processes and randomness."""


def _freeze() -> None:
    """Replaces what would ask the world outside."""

    def now() -> float:
        return float(context.reference_time())

    time.time = now
    time.time_ns = lambda: context.reference_time() * 1_000_000_000
    time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    time.monotonic_ns = time.perf_counter_ns = time.process_time_ns = lambda: 0
    gmtime = time.gmtime
    time.gmtime = time.localtime = lambda seconds=None: gmtime(now() if seconds is None else seconds)
    time.sleep = _sleep
    strftime, asctime = time.strftime, time.asctime
    time.strftime = lambda format, t=None: strftime(format, time.gmtime() if t is None else t)
    time.asctime = lambda t=None: asctime(time.gmtime() if t is None else t)
    time.ctime = lambda seconds=None: asctime(time.gmtime(seconds))
    os.urandom = random._urandom = uuid.getnode = _no_randomness
    seed = random.Random.seed
    random.Random.seed = lambda self, a=None, version=2: _no_randomness() if a is None else seed(self, a, version)
    random.seed = random._inst.seed
    random.seed(0)
    io.FileIO = io.open_code = _no_files
    for name, value in list(vars(os).items()):
        if isinstance(value, types.BuiltinFunctionType) and name not in _PURE and not name.startswith("_"):
            setattr(os, name, _no_files)
    # What was not imported until here is not there.
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    del sys.meta_path[2:]
    sys.stdin = None
    sys.stdout = _Log(findings.LogLevel.INFO)
    sys.stderr = _Log(findings.LogLevel.WARNING)


def _check():
    """The check's module for the host, made of its sources."""
    global _loaded
    if _loaded is None:
        sources = _sources()
        if "touchstone_sdk/__init__.py" in sources:  # Another SDK than the one below.
            for name in [name for name in sys.modules if name.split(".")[0] == "touchstone_sdk"]:
                del sys.modules[name]
        sys.meta_path.append(_Finder(sources))
        guest = import_module("touchstone_sdk.guest")
        _loaded = guest.load()
    return _loaded


_loaded = None


class Check(exports.Check):
    """What the component exports."""

    def describe(self):
        return _guarded("describe")

    def run(self):
        return _guarded("run")


def _guarded(name: str):
    try:
        return getattr(_check(), name)()
    except Err:
        raise
    except BaseException as error:  # A component that traps could not say why.
        findings.log(findings.LogLevel.WARNING, "".join(traceback.format_exception(error))[-4000:])
        where = traceback.extract_tb(error.__traceback__)
        place = f" ({where[-1].filename}:{where[-1].lineno})" if where else ""
        raise Err(f"the check failed: {type(error).__name__}: {error}{place}") from None
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


try:
    raise Err("")
except Err as _error:
    traceback.format_exception(_error)  # What it imports when it is first needed could not be had later.
_freeze()
gc.collect()
gc.freeze()
