from __future__ import annotations

import unittest
from collections.abc import Callable

from tests.support import check
from touchstone_sdk import Context
from touchstone_sdk.openstack import CallError, Creation, ErrorKind, Request
from touchstone_sdk.testing import Cloud, Report
from touchstone_sdk.testing.grants import parse, segments, service_type

VOLUME = {"volume": {"id": "v1"}}


def run(cloud: Cloud, work: Callable[[Context], object]) -> tuple[object, Report]:
    said: list[object] = []
    report = cloud.run(check(lambda cx: said.append(work(cx))))
    return said[0] if said else None, report


def kind_of(work: Callable[[Context], object], cloud: Cloud | None = None) -> ErrorKind | None:
    def attempt(cx: Context) -> object:
        try:
            work(cx)
        except CallError as error:
            return error.kind
        return None

    kind, _ = run(cloud or Cloud(), attempt)
    assert kind is None or isinstance(kind, ErrorKind)
    return kind


def call(method: str, service: str, path: str) -> Callable[[Context], object]:
    return lambda cx: cx.call(Request(method, service, path))


class Grants(unittest.TestCase):
    def test_only_what_the_check_asks_for_is_granted(self) -> None:
        for granted in (("GET", "compute", "/flavors/detail"), ("HEAD", "compute", "/flavors/7/os-extra_specs"),
                        ("GET", "volumev3", "/volumes/1"), ("GET", "block-storage", "/volumes/1")):  # fmt: skip
            self.assertIsNone(kind_of(call(*granted)), granted)
        for denied in (("GET", "compute", "/flavors"), ("GET", "compute", "/flavors/detail/x"), ("POST", "image", "/images"),
                       ("GET", "network", "/flavors/detail"), ("DELETE", "compute", "/servers/not-its-own")):  # fmt: skip
            self.assertEqual(kind_of(call(*denied)), ErrorKind.DENIED, denied)
        for malformed in (("GET", "compute", "flavors"), ("GET", "compute", "/flavors/../detail"), ("GET", "Compute", "/x"),
                          ("GET", "compute", "/flavors//x"), ("TRACE", "compute", "/x"), ("GET", "compute", "/a%2Fb"),
                          ("GET", "compute", "/a?b=c")):  # fmt: skip
            self.assertEqual(kind_of(call(*malformed)), ErrorKind.INVALID_REQUEST, malformed)

    def test_probes_have_grants_of_their_own(self) -> None:
        self.assertIsNone(kind_of(lambda cx: cx.probe("object-store", "/")))
        self.assertEqual(kind_of(lambda cx: cx.probe("compute", "/flavors/detail")), ErrorKind.DENIED)
        self.assertEqual(kind_of(call("GET", "object-store", "/")), ErrorKind.DENIED)

    def test_what_is_no_grant_is_refused(self) -> None:
        for text in ("", "compute GET", "compute FETCH /x", "compute GET x", "compute GET /a/**/b", "compute GET /a*",
                     "compute GET /x max 1", "compute POST /x", "compute POST /x#a", "compute POST /x max 0",
                     "compute POST /x max 1, 2", "compute POST /x max 1 2 GiB", "compute DELETE /x/**", "compute GET /x#a",
                     "compute DELETE /x/*/**",
                     "compute POST /x/*# ", "Compute GET /x", "compute GET /x y", "compute GET /a//b"):  # fmt: skip
            with self.assertRaises(ValueError, msg=text):
                parse(text)
        deep = parse("compute GET /flavors/**")
        self.assertTrue(deep.permits("compute", "GET", segments("/flavors/1/2")))
        self.assertFalse(deep.permits("compute", "GET", segments("/flavors")))
        self.assertEqual(service_type("volumev2"), "block-storage")
        self.assertEqual(segments("/a%7eb/%c3%a9"), ["a~b", "%C3%A9"])


class Creating(unittest.TestCase):
    def create(self, cx: Context, name: str = "x", size: int = 1) -> str:
        body = {"name": name if name.startswith("!") else cx.prefix() + name, "size": size}
        creation = Creation.of("block-storage", "/volumes", "volume", body)
        return cx.create(creation).expect(creation.request)

    def test_within_the_budget(self) -> None:
        cloud = Cloud().reply("POST", "block-storage", "/volumes", 202, VOLUME)
        id, report = run(cloud, self.create)
        self.assertEqual((id, report.created), ("v1", ["block-storage /volumes x"]))

    def test_beyond_the_budget_or_without_prefix(self) -> None:
        cloud = Cloud().reply("POST", "block-storage", "/volumes", 202, VOLUME)
        self.assertEqual(kind_of(lambda cx: [self.create(cx), self.create(cx)], cloud), ErrorKind.EXHAUSTED)
        self.assertEqual(kind_of(lambda cx: self.create(cx, size=3), cloud), ErrorKind.EXHAUSTED)
        self.assertEqual(kind_of(lambda cx: self.create(cx, name="!"), cloud), ErrorKind.DENIED)
        nameless = Creation.of("block-storage", "/volumes", "volume", {"size": 1})
        self.assertEqual(kind_of(lambda cx: cx.create(nameless), cloud), ErrorKind.DENIED)
        elsewhere = Creation.of("compute", "/servers", "server", {"name": "x"})
        self.assertEqual(kind_of(lambda cx: cx.create(elsewhere), cloud), ErrorKind.DENIED)

    def test_an_undo_that_is_none(self) -> None:
        def work(cx: Context) -> None:
            creation = Creation.of("block-storage", "/volumes", "volume", {"name": cx.prefix() + "x"})
            creation.undo = Request("POST", "block-storage", "/volumes/{id}/action")
            cx.create(creation)

        self.assertEqual(kind_of(work), ErrorKind.DENIED)

    def test_a_refusal_is_no_creation(self) -> None:
        cloud = Cloud().reply("POST", "block-storage", "/volumes", 413, {"overLimit": {"message": "quota"}})
        _, report = run(cloud, self.create)
        self.assertEqual(report.error, "block-storage POST /volumes: answered 413: quota")

    def test_below_what_is_its_own(self) -> None:
        def work(cx: Context) -> str:
            router = Creation.of("network", "/routers", "router", {"name": cx.prefix() + "r"})
            id = cx.create(router).expect(router.request)

            def change(what: str) -> Request:
                return Request.json("PUT", "network", f"/routers/{id}/{what}", {"subnet_id": "s"})

            interface = Creation(change("add_router_interface"), "/id", change("remove_router_interface"))
            return cx.create(interface).expect(interface.request)

        cloud = Cloud().reply("POST", "network", "/routers", 201, {"router": {"id": "r1"}})
        cloud.reply("PUT", "network", "/routers/r1/add_router_interface", 200, {"id": "r1", "subnet_id": "s"})
        id, report = run(cloud, work)
        self.assertEqual((id, report.error), ("r1", None))


class Scripts(unittest.TestCase):
    def test_answers_are_given_in_order_and_the_last_for_ever(self) -> None:
        cloud = Cloud().get("compute", "/flavors/detail", 1).get("compute", "/flavors/detail", 2)
        cloud.get("compute", "/flavors/detail?marker=7", 3)
        plain = Request.get("compute", "/flavors/detail")
        asked = [plain, plain, plain, plain.with_query({"marker": "7"}), plain.with_query({"limit": "1"})]
        bodies, report = run(cloud, lambda cx: [cx.call(request).expect(request) for request in asked])
        self.assertEqual(bodies, [1, 2, 2, 3, 2])
        self.assertEqual(report.calls[3], "GET compute /flavors/detail?marker=7")

    def test_many_calls_at_once(self) -> None:
        cloud = Cloud().no_answer("GET", "compute", "/flavors/1/os-extra_specs", ErrorKind.TIMED_OUT)
        requests = [Request.get("compute", f"/flavors/{id}/os-extra_specs") for id in (1, 2)]
        requests.append(Request.get("identity", "/users"))
        answers, _ = run(cloud, lambda cx: cx.call_all(requests))
        assert isinstance(answers, list)
        self.assertEqual((answers[0].kind, answers[1].status, answers[2].kind),
                         (ErrorKind.TIMED_OUT, 404, ErrorKind.DENIED))  # fmt: skip
        with self.assertRaises(CallError):
            answers[0].expect(requests[0])
