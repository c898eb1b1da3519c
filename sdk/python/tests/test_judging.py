from __future__ import annotations

import unittest

from tests.support import check
from touchstone_sdk import Context, Error, Resource, Severity, Testee, Verdict
from touchstone_sdk.openstack import CallError, ErrorKind
from touchstone_sdk.testing import Cloud, Report


def judge(body) -> Report:  # type: ignore[no-untyped-def]
    return Cloud().only("t").run(check(lambda cx: cx.judge("t", body)))


class Judging(unittest.TestCase):
    def test_nothing_found_passes(self) -> None:
        report = judge(lambda t: t.warning("w") and t.info("i") and t.summarize("all well"))
        self.assertEqual(report.verdict("t"), Verdict.PASS)
        self.assertEqual(report.reason("t"), "all well")
        self.assertEqual([f.severity for f in report.findings("t")], [Severity.WARNING, Severity.INFO])

    def test_violations_fail_and_the_first_is_the_reason(self) -> None:
        def body(t: Testee) -> None:
            t.violation("one").about(Resource("compute", "flavor", name="f")).required_by("§1").mended_by("x y")
            t.violation("two")

        report = judge(body)
        self.assertEqual(report.verdict("t"), Verdict.FAIL)
        self.assertEqual(report.reason("t"), "one (and 1 more)")
        first = report.findings("t")[0]
        self.assertEqual(first.full_message(), "one To mend it: x y")
        self.assertEqual((first.requirement, first.resource), ("§1", Resource("compute", "flavor", name="f")))

    def test_errors_are_dnf_and_never_pass(self) -> None:
        def raising(error: Exception):  # type: ignore[no-untyped-def]
            def body(t: Testee) -> None:
                raise error

            return body

        self.assertEqual(judge(raising(Error("no list"))).reason("t"), "no list")
        denied = judge(raising(CallError(ErrorKind.DENIED, "not granted")))
        self.assertEqual((denied.verdict("t"), denied.reason("t")), (Verdict.DNF, "not granted"))
        empty: dict[str, int] = {}
        fault = judge(lambda t: empty["x"])
        self.assertEqual(fault.verdict("t"), Verdict.DNF)
        self.assertRegex(fault.reason("t"), r"^the check failed: KeyError: 'x' \(test_judging.py:\d+\)$")

    def test_a_violation_that_was_seen_stays_one(self) -> None:
        def body(t: Testee) -> None:
            t.violation("seen")
            raise Error("the rest could not be looked at")

        self.assertEqual(judge(body).verdict("t"), Verdict.FAIL)

    def test_what_ends_with_an_error_is_dnf_and_what_says_nothing_is_miss(self) -> None:
        def run(cx: Context) -> None:
            cx.judge("t", lambda t: None)
            raise Error("over")

        report = Cloud().run(check(run))
        self.assertEqual((report.verdict("t"), report.verdict("u")), (Verdict.PASS, Verdict.DNF))
        self.assertEqual(report.reason("u"), "over")
        self.assertIsNone(Cloud().run(check(lambda cx: None)).verdict("t"))

    def test_the_worst_verdict_counts(self) -> None:
        def run(cx: Context) -> None:
            cx.judge("t", lambda t: None)
            cx.cannot_judge("t", "on second thoughts")

        self.assertEqual(Cloud().run(check(run)).verdict("t"), Verdict.DNF)

    def test_what_was_not_asked_for_is_not_done(self) -> None:
        def run(cx: Context) -> None:
            @cx.judge("u")
            def _(t: Testee) -> None:
                raise AssertionError("not wanted")

            cx.cannot_judge("u", "x")

        self.assertEqual(Cloud().only("t").run(check(run)).outcomes, [])

    def test_what_is_not_declared_is_a_fault_even_where_it_is_caught(self) -> None:
        def outcome(cx: Context) -> None:
            cx.cannot_judge("v", "x")

        with self.assertRaisesRegex(AssertionError, "testcase `v`"):
            Cloud().only("v").run(check(outcome))
        with self.assertRaisesRegex(AssertionError, "does not list"):
            Cloud().run(check(lambda cx: cx.judge("t", lambda t: cx.parameter("q"))))
        with self.assertRaisesRegex(AssertionError, "does not list"):
            Cloud().run(check(lambda cx: cx.judge("t", lambda t: cx.asset("b"))))
        Cloud().only("family-1").run(check(lambda cx: cx.judge("family-1", lambda t: None)))

    def test_inputs(self) -> None:
        def run(cx: Context) -> None:
            text = (cx.required_parameter("p"), cx.asset("a"), cx.evidence("e"), cx.evidence("f"), cx.reference_time())
            cx.judge("t", lambda t: t.summarize(repr(text)))
            cx.pause(61.5)

        cloud = Cloud().parameter("p", "1").asset("a", b"2").evidence("e", b"3").reference_time(4)
        report = cloud.run(check(run))
        self.assertEqual(report.reason("t"), "('1', b'2', b'3', None, 4)")
        self.assertEqual(report.paused, 61_500)
        self.assertEqual(Cloud().run(check(run)).error, "the scope version gives no value for the parameter `p`")
        self.assertEqual(
            Cloud().parameter("p", "1").run(check(run)).error, "the scope version gives no asset `a`"
        )
