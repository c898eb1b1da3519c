from __future__ import annotations

import unittest

from check import CHECK, GATEWAY

from tests.clouds import network, reading, router, subnet, usual
from touchstone_sdk import Verdict
from touchstone_sdk.openstack import ErrorKind, Identity
from touchstone_sdk.testing import Cloud, Report

PASS, FAIL, DNF = Verdict.PASS, Verdict.FAIL, Verdict.DNF


def judge(cloud: Cloud) -> Report:
    return cloud.only(GATEWAY).run(CHECK)


def one() -> Cloud:
    return reading([network("n")], [subnet("n")])


class Gateway(unittest.TestCase):
    def test_a_router_gets_an_address(self) -> None:
        report = judge(usual())
        self.assertEqual((report.verdict(GATEWAY), report.findings(GATEWAY)), (PASS, []))
        self.assertEqual(report.created, ["network /routers router-0"])
        self.assertEqual(judge(router(one(), "r", ["2001:db8::1", "203.0.113.9"])).verdict(GATEWAY), PASS)

    def test_it_gets_none_or_only_ipv6(self) -> None:
        for addresses in ([], ["2001:db8::1"]):
            report = judge(router(one(), "r", addresses))
            self.assertEqual(report.verdict(GATEWAY), FAIL)
            self.assertIn("gets no IPv4 address", report.reason(GATEWAY))

    def test_each_network_is_looked_at(self) -> None:
        cloud = reading([network("a"), network("b")], [subnet("a"), subnet("b")])
        router(router(cloud, "r1", ["203.0.113.7"]), "r2", ["2001:db8::1"])
        report = judge(cloud)
        self.assertEqual(report.verdict(GATEWAY), FAIL)
        [finding] = report.findings(GATEWAY)
        assert finding.resource is not None
        self.assertEqual(finding.resource.name, "b")

    def test_more_networks_than_the_budget_are_not_passed(self) -> None:
        names = "abcde"
        cloud = reading([network(n) for n in names], [subnet(n) for n in names])
        report = judge(router(cloud, "r", ["203.0.113.7"]))
        self.assertEqual(report.verdict(GATEWAY), DNF)
        self.assertEqual(len(report.created), 4)

    def test_refusals(self) -> None:
        def refused(status: int, role: str = "member") -> Verdict | None:
            cloud = one().identity(Identity(project_id="p", roles=[role]))
            body = {"NeutronError": {"type": "X", "message": "no"}}
            return judge(cloud.reply("POST", "network", "/routers", status, body)).verdict(GATEWAY)

        self.assertEqual(refused(403), FAIL)
        # Readers may make nothing; and what is used up today may be there tomorrow.
        self.assertEqual(refused(403, "reader"), DNF)
        for status in (400, 404, 405, 409, 500):
            self.assertEqual(refused(status), DNF, status)

    def test_what_cannot_be_found_out(self) -> None:
        silent = one().no_answer("POST", "network", "/routers", ErrorKind.TIMED_OUT)
        self.assertEqual(judge(silent).verdict(GATEWAY), DNF)
        gone = one().reply("POST", "network", "/routers", 201, {"router": {"id": "r"}})
        self.assertEqual(judge(gone).verdict(GATEWAY), DNF)
        fixed: list[object] = [None, [{}], [{"ip_address": "x"}]]
        gateways = [None, {}, *({"external_fixed_ips": ips} for ips in fixed)]
        for gateway in gateways:
            cloud = one().reply("POST", "network", "/routers", 201, {"router": {"id": "r"}})
            cloud.get("network", "/routers/r", {"router": {"id": "r", "external_gateway_info": gateway}})
            self.assertEqual(judge(cloud).verdict(GATEWAY), DNF, gateway)

    def test_quotas(self) -> None:
        def quota(value: object) -> Verdict | None:
            cloud = Cloud().get("network", "/quotas/p", {"quota": {"floatingip": value}})
            for line, answers in usual()._answers.items():
                cloud._answers.setdefault(line, answers)
            return judge(cloud.identity(Identity(project_id="p", roles=["member"]))).verdict(GATEWAY)

        self.assertEqual([quota(value) for value in (-1, 1, 0, None, "3")], [PASS, PASS, FAIL, DNF, DNF])
        without = router(reading([network("n")], [subnet("n")], ("external-net", "router")), "r", ["203.0.113.7"])
        report = judge(without)
        self.assertEqual(report.verdict(GATEWAY), PASS)
        self.assertIn("has no quotas", report.findings(GATEWAY)[0].message)

    def test_other_ways(self) -> None:
        direct = reading([network("n", shared=True)], [subnet("n")], ("external-net", "quotas"))
        self.assertEqual(judge(direct).verdict(GATEWAY), DNF)
        self.assertEqual(judge(reading([network("n")], [])).verdict(GATEWAY), DNF)
        self.assertEqual(judge(reading([], [])).verdict(GATEWAY), FAIL)
        self.assertEqual(judge(reading([network("n")], [subnet("n", ip_version=6)])).verdict(GATEWAY), FAIL)
