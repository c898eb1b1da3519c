from __future__ import annotations

import doctest
import unittest
from typing import Any

from tests.support import check
from touchstone_sdk import Context, Error, Verdict, openstack
from touchstone_sdk.openstack import ErrorKind, Request, Response, command
from touchstone_sdk.openstack.pages import next_query
from touchstone_sdk.testing import Cloud, Report


def load_tests(loader: Any, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    import importlib

    tests.addTests(doctest.DocTestSuite(importlib.import_module("touchstone_sdk.openstack.command")))
    return tests


def images(cloud: Cloud) -> Report:
    def run(cx: Context) -> None:
        found = openstack.pages(cx, Request.get("image", "/images"), "images")
        cx.judge("t", lambda t: t.summarize(",".join(found)))

    return cloud.run(check(run))


class Pages(unittest.TestCase):
    def test_lists_are_read_to_their_end(self) -> None:
        cloud = Cloud().get("image", "/images", {"images": ["a"], "next": "http://else/v2/images?marker=a%2F1+2&limit=1"})
        cloud.get("image", "/images?marker=a/1 2&limit=1", {"images": ["b"], "next": None})
        report = images(cloud)
        self.assertEqual((report.verdict("t"), report.reason("t")), (Verdict.PASS, "a,b"))

    def test_the_next_link_has_several_names(self) -> None:
        request = Request.get("x", "/y")
        links = [{"rel": "self", "href": "?n=1"}, {"rel": "next", "href": "?y=1"}]
        for collection, name in (("flavors", "flavors_links"), ("volume_types", "volume_type_links"), ("users", "links")):
            self.assertEqual(next_query(request, {name: links, collection: []}, collection), [("y", "1")], name)
        self.assertEqual(next_query(request, {"links": {"next": "/v3/users?m=1#f"}}, "users"), [("m", "1")])
        for last in ({"links": {"next": None, "self": "x"}}, {"users_links": [{"rel": "previous"}]}, {}):
            self.assertIsNone(next_query(request, last, "users"), last)

    def test_a_list_whose_end_cannot_be_told_is_an_error(self) -> None:
        odd: tuple[Any, ...] = (
            {"images": [], "next": {}},
            {"images": [], "next": 7},
            {"images": [], "images_links": [{"rel": "next", "href": None}]},
            {"images": [], "images_links": [{"rel": "next"}]},
            {"images": [], "next": "/v2/images"},
            {"images": None},
            {},
            [],
        )
        for page in odd:
            self.assertEqual(images(Cloud().get("image", "/images", page)).verdict("t"), Verdict.DNF, page)
        endless = Cloud().get("image", "/images", {"images": [], "next": "?marker=1"})
        self.assertIn("leads back to the same page", images(endless).reason("t"))

    def test_another_answer_is_an_error(self) -> None:
        report = images(Cloud().reply("GET", "image", "/images", 403, {"forbidden": {"message": "not you"}}))
        self.assertEqual(report.reason("t"), "image GET /images: answered 403: not you")
        report = images(Cloud().no_answer("GET", "image", "/images", ErrorKind.UNREACHABLE))
        self.assertEqual(report.verdict("t"), Verdict.DNF)


class Answers(unittest.TestCase):
    def test_only_json_is_json(self) -> None:
        request = Request.get("x", "/y")
        for body in (b"", b"{", b"NaN", b'{"a": Infinity}', b'\xff\xfe"\x00', b"\xff", b"[" * 100_000):
            with self.assertRaisesRegex(Error, "not what the API promises"):
                Response(200, [], body).expect(request, 200)
        self.assertEqual(Response(200, [], b'{"a": 1}').expect(request), {"a": 1})
        with self.assertRaisesRegex(Error, "^x GET /y: answered 500$"):
            Response(500, [], b"[" * 100_000).expect(request)

    def test_what_is_missing_is_an_error(self) -> None:
        item = {"s": "x", "i": 1, "b": True, "n": None, "l": [], "f": 1.5}
        for name, kind in (("s", str), ("i", int), ("b", bool), ("l", list), ("f", float), ("i", float)):
            self.assertEqual(openstack.field(item, name, kind, "w"), item[name])
        for name, kind in (("x", str), ("n", str), ("i", str), ("b", int), ("i", bool), ("s", list), ("b", float)):
            with self.assertRaisesRegex(Error, "^w has "):
                openstack.field(item, name, kind, "w")
        with self.assertRaises(Error):
            openstack.field([], "s", str, "w")

    def test_commands_do_nothing_in_a_shell(self) -> None:
        self.assertEqual(command("a", "", "$(x)"), "openstack a '' '$(x)'")
        self.assertEqual(openstack.segment("a/b é"), "a%2Fb%20%C3%A9")


class Waiting(unittest.TestCase):
    def test_it_waits_until_the_status_is_final(self) -> None:
        def reason(*statuses: str) -> tuple[str, int]:
            def run(cx: Context) -> None:
                request = Request.get("block-storage", "/volumes/1")
                cx.judge(
                    "t",
                    lambda t: t.summarize(openstack.wait_for_status(cx, request, "/volume/status", ["available"], 60)),
                )

            cloud = Cloud()
            for status in statuses:
                cloud.get("block-storage", "/volumes/1", {"volume": {"status": status}})
            report = cloud.run(check(run))
            return report.reason("t"), report.paused

        self.assertEqual(reason("available"), ("available", 0))
        self.assertEqual(reason("creating", "creating", "available"), ("available", 500 + 750))
        self.assertEqual(reason("creating", "ERROR_deleting")[0], "ERROR_deleting")
        still = "block-storage GET /volumes/1: still `creating` after 60 s, not `available`"
        self.assertEqual(reason("creating"), (still, 60_000))


class Flavors(unittest.TestCase):
    FLAVOR = {"id": "1 2", "name": "f", "vcpus": 1, "ram": 512, "disk": 0}

    def reason(self, cloud: Cloud) -> str:
        def run(cx: Context) -> None:
            found = openstack.flavors(cx)
            cx.judge("t", lambda t: t.summarize(repr([(f.name, f.ram_mib, f.extra_specs) for f in found])))

        return cloud.run(check(run)).reason("t")

    def test_extra_specs_in_the_list_or_apart(self) -> None:
        whole = {"flavors": [self.FLAVOR | {"extra_specs": {"a": True, "b": "c"}}]}
        expected = "[('f', 512, {'a': 'true', 'b': 'c'})]"
        self.assertEqual(self.reason(Cloud().get("compute", "/flavors/detail", whole)), expected)
        apart = Cloud().reply("GET", "compute", "/flavors/detail", 406)
        apart.get("compute", "/flavors/detail", {"flavors": [self.FLAVOR]})
        apart.get("compute", "/flavors/1%202/os-extra_specs", {"extra_specs": {"a": True, "b": "c"}})
        self.assertEqual(self.reason(apart), expected)

    def test_what_is_missing_is_an_error(self) -> None:
        changes: list[dict[str, Any]] = [{"vcpus": None}, {"ram": -1}, {"disk": "1"}, {"extra_specs": []}, {"id": 1}]
        for change in changes:
            flavor = self.FLAVOR | {"extra_specs": {}} | change
            self.assertIn("a flavor has a", self.reason(Cloud().get("compute", "/flavors/detail", {"flavors": [flavor]})))
        apart = Cloud().get("compute", "/flavors/detail", {"flavors": [self.FLAVOR]})
        self.assertIn("answered 404", self.reason(apart))
