from __future__ import annotations

import unittest
from typing import Any

from check import CHECK, CHOICE, WAY

from tests.clouds import ALIASES, network, reading, subnet, usual
from touchstone_sdk import Verdict
from touchstone_sdk.openstack import ErrorKind
from touchstone_sdk.testing import Cloud


def verdicts(cloud: Cloud) -> tuple[Verdict | None, Verdict | None]:
    report = cloud.only(WAY, CHOICE).run(CHECK)
    return report.verdict(WAY), report.verdict(CHOICE)


PASS, FAIL, DNF = Verdict.PASS, Verdict.FAIL, Verdict.DNF


class Ways(unittest.TestCase):
    def test_one_network_with_floating_ips(self) -> None:
        report = usual().only(WAY, CHOICE).run(CHECK)
        self.assertEqual((report.verdict(WAY), report.verdict(CHOICE)), (PASS, PASS))
        way = "Servers get an external IPv4 address by a floating IP of `public`, through a router."
        self.assertEqual(report.reason(WAY), way)
        self.assertEqual(report.created, [])

    def test_directly_on_a_shared_network(self) -> None:
        cloud = reading([network("public", shared=True)], [subnet("public")], ("external-net",))
        report = cloud.only(WAY, CHOICE).run(CHECK)
        self.assertEqual(report.reason(WAY), "Servers get an external IPv4 address directly on `public`.")
        self.assertEqual(report.verdict(CHOICE), PASS)
        both = reading([network("public", shared=True)], [subnet("public")]).only(WAY).run(CHECK)
        self.assertIn("directly on `public` or by a floating IP of `public`", both.reason(WAY))

    def test_no_way(self) -> None:
        for networks, subnets, aliases in (
            ([], [], ALIASES),
            ([network("private", **{"router:external": False, "shared": True})], [subnet("private")], ALIASES),
            ([network("n")], [subnet("n")], ("router",)),
            ([network("n")], [subnet("n")], ("external-net",)),
            ([network("n")], [subnet("n", ip_version=6)], ALIASES),
            ([network("n", subnets=[])], [], ALIASES),
            ([network("n")], [subnet("n", allocation_pools=[])], ALIASES),
            ([network("n")], [subnet("n", service_types=["network:router_gateway"])], ALIASES),
            ([network("n", admin_state_up=False)], [subnet("n")], ALIASES),
            ([network("n", status="DOWN")], [subnet("n")], ALIASES),
            ([network("n")], [subnet("n", ip_version=6), subnet("else")], ALIASES),
        ):
            with self.subTest(networks=networks, subnets=subnets, aliases=aliases):
                self.assertEqual(verdicts(reading(networks, subnets, aliases)), (FAIL, FAIL))

    def test_subnets_for_some_kinds_of_ports(self) -> None:
        def way(*kinds: str) -> str:
            cloud = reading([network("n", shared=True)], [subnet("n", service_types=list(kinds))])
            return cloud.only(WAY).run(CHECK).reason(WAY)

        floating = "Servers get an external IPv4 address by a floating IP of `n`, through a router."
        self.assertEqual(way("network:floatingip", "x"), floating)
        self.assertEqual(way("compute:nova"), "Servers get an external IPv4 address directly on `n`.")

    def test_what_is_hidden_is_not_judged(self) -> None:
        self.assertEqual(verdicts(reading([network("n")], [])), (DNF, DNF))
        self.assertEqual(verdicts(reading([network("n", shared=True)], [], ("external-net",))), (DNF, DNF))
        # Without routers and not shared, it gives nothing whatever its subnets are.
        self.assertEqual(verdicts(reading([network("n")], [], ("external-net",))), (FAIL, FAIL))
        # A second subnet of the network may be hidden where the first one is enough.
        seen = reading([network("n", subnets=["s-n", "hidden"])], [subnet("n")])
        self.assertEqual(verdicts(seen), (PASS, PASS))
        # Whether there is a choice cannot be told, but a way there is.
        other = reading([network("m"), network("n", is_default=True)], [subnet("n")])
        self.assertEqual(verdicts(other), (PASS, DNF))

    def test_what_is_missing_or_odd_is_not_judged(self) -> None:
        odd: list[tuple[Any, Any]] = [
            ([{"id": "n", "name": "n"}], []),
            ([network("n", **{"router:external": "true"})], [subnet("n")]),
            ([network("n", shared=None)], [subnet("n")]),
            ([network("n", is_default="yes")], [subnet("n")]),
            ([network("n")], [subnet("n", ip_version="4")]),
            ([network("n")], [subnet("n", service_types=None)]),
            ([network("n")], [subnet("n", allocation_pools=None)]),
            ([network("n")], ["subnet"]),
        ]
        for networks, subnets in odd:
            with self.subTest(networks=networks, subnets=subnets):
                self.assertEqual(verdicts(reading(networks, subnets)), (DNF, DNF))
        silent = Cloud().no_answer("GET", "network", "/extensions", ErrorKind.UNREACHABLE)
        self.assertEqual(verdicts(silent), (DNF, DNF))
        self.assertEqual(verdicts(Cloud()), (DNF, DNF))


class Choice(unittest.TestCase):
    def test_nothing_to_choose(self) -> None:
        report = reading([], []).only(CHOICE).run(CHECK)
        self.assertEqual(report.reason(CHOICE), "There is no external network with IPv4 to choose.")

    def choice(self, *networks: dict[str, Any]) -> Verdict | None:
        return verdicts(reading(list(networks), [subnet(n["id"]) for n in networks]))[1]

    def test_one_of_several_is_marked(self) -> None:
        self.assertEqual(self.choice(network("a"), network("b", is_default=True), network("c")), PASS)

    def test_none_or_several_are_marked(self) -> None:
        self.assertEqual(self.choice(network("a"), network("b")), FAIL)
        self.assertEqual(self.choice(network("a", is_default=True), network("b", is_default=True)), FAIL)
        unmarked = network("a")
        del unmarked["is_default"]
        self.assertEqual(self.choice(unmarked, network("b", is_default=None)), FAIL)

    def test_networks_without_ipv4_are_no_choice(self) -> None:
        networks = [network("a"), network("b", is_default=True)]
        cloud = reading(networks, [subnet("a"), subnet("b", ip_version=6)])
        self.assertEqual(verdicts(cloud), (PASS, PASS))

    def test_the_same_network_twice_is_one(self) -> None:
        self.assertEqual(self.choice(network("a"), network("a")), PASS)
