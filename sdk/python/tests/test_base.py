"""How components are made of a base and sources."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path
from types import ModuleType

SDK = Path(__file__).parents[1]


def _assembling() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assemble", SDK / "base/assemble.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["assemble"] = module
    spec.loader.exec_module(module)
    return module


assembling = _assembling()
PLACE = assembling.MARK + b"\xff" * assembling.CAPACITY
MARKED = assembling.sdk_mark(assembling.sdk_sources(SDK))


class Assembling(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.write("check.py", "CHECK = None  # ü\r\n")

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(text.encode())

    def assemble(self, base: bytes = b"begin" + MARKED + PLACE + b"end") -> bytes:
        component = assembling.assemble(base, self.folder, SDK)
        assert isinstance(component, bytes)
        return component

    def test_sources_go_into_their_place_and_nothing_else_changes(self) -> None:
        component = self.assemble()
        begin = len(b"begin" + MARKED)
        self.assertEqual(len(component), begin + len(PLACE) + 3)
        self.assertEqual((component[:begin], component[-3:]), (b"begin" + MARKED, b"end"))
        written = component[begin:-3].rstrip(b"\xff")
        self.assertEqual(json.loads(written), {"check.py": "CHECK = None  # ü\n"})

    def test_what_is_no_part_of_the_check_stays_out(self) -> None:
        before = self.assemble()
        for path in ("test_check.py", "tests/x.py", "vendor/touchstone/x.py", "venv/x.py", ".git/x.py", "__pycache__/x.py",
                     "README.md", "touchstone_sdk/__init__.py"):  # fmt: skip
            self.write(path, "raise")
        self.assertEqual(self.assemble(), before)
        self.write("part/of.py", "")
        self.assertNotEqual(self.assemble(), before)

    def test_another_sdk_than_the_base_has_goes_along(self) -> None:
        component = self.assemble(b"touchstone-python-sdk-sha256:0" + PLACE)
        sources = json.loads(component[len(b"touchstone-python-sdk-sha256:0") :].rstrip(b"\xff"))
        self.assertIn("touchstone_sdk/openstack/pages.py", sources)
        self.assertNotIn("touchstone_sdk/testing/host.py", sources)

    def test_what_cannot_be_assembled(self) -> None:
        for base in (b"", PLACE[:-1], PLACE + PLACE):
            with self.assertRaisesRegex(ValueError, "not a base"):
                self.assemble(base)
        self.write("data.py", "#" * assembling.CAPACITY)
        with self.assertRaisesRegex(ValueError, "there is room for"):
            self.assemble()
        (self.folder / "data.py").write_bytes(b"\xff")
        with self.assertRaisesRegex(ValueError, "not UTF-8"):
            self.assemble()
        (self.folder / "data.py").unlink()
        (self.folder / "check.py").unlink()
        with self.assertRaisesRegex(ValueError, r"there is no check\.py"):
            self.assemble()

    def test_the_base_that_comes_along_has_this_sdk(self) -> None:
        lock = (SDK / "base/base.lock").read_text(encoding="utf-8")
        [said] = re.findall(r"^sdk sha256:([0-9a-f]{64})$", lock, re.MULTILINE)
        self.assertEqual(said, MARKED.decode().rpartition(":")[2], "run sdk/python/base/build: the SDK has changed")
