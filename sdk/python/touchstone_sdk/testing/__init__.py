"""The native test harness: a check's function under plain `python3 -m unittest`, against scripted answers.

    import unittest
    from check import CHECK
    from touchstone_sdk import Verdict
    from touchstone_sdk.testing import Cloud

    class Vcpus(unittest.TestCase):
        def test_no_vcpu_fails(self) -> None:
            flavor = {"id": "1", "name": "tiny", "vcpus": 0, "ram": 512, "disk": 0, "extra_specs": {}}
            report = Cloud().get("compute", "/flavors/detail", {"flavors": [flavor]}).run(CHECK)
            self.assertEqual(report.verdict("example-vcpus"), Verdict.FAIL)
            self.assertEqual(report.findings("example-vcpus")[0].message, "no vCPU")

The harness holds a check to its word: a call that the check's own grants do not cover is denied, so is a change of
something that it did not create itself; an outcome for a testcase that the check does not list is an `AssertionError`, and a
call for which nothing was scripted is answered 404, as by a cloud that lacks it. Pauses take no time; a check that waits for
more than two hours in all fails.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable

from touchstone_sdk.check import Check
from touchstone_sdk.context import Context
from touchstone_sdk.errors import described
from touchstone_sdk.finding import Finding, Verdict
from touchstone_sdk.openstack.request import CallError, ErrorKind, Identity, Response, Service
from touchstone_sdk.testing.host import Host

__all__ = ["Cloud", "Report"]

_NOT_SCRIPTED = b'{"error": {"code": 404, "message": "nothing was scripted for this request"}}'


class Cloud:
    """A cloud with scripted answers. Its methods give itself, so that they can be chained."""

    def __init__(self) -> None:
        """A cloud that answers 404 to everything."""
        self._answers: dict[str, deque[Response | CallError]] = {}
        self._parameters: dict[str, str] = {}
        self._assets: dict[str, bytes] = {}
        self._evidence: dict[str, bytes] = {}
        self._only: list[str] | None = None
        self._catalog: list[Service] = []
        self._identity = Identity()
        # 2026-01-01T00:00:00Z: any fixed time will do, but not one that looks like "never set".
        self._reference_time = 1_767_225_600

    def get(self, service: str, path: str, body: object) -> Cloud:
        """Answers a `GET` of a path (with its query, if it is to be told apart: `/flavors/detail?marker=7`) with status 200
        and this JSON. Scripted more than once, the answers are given in order, and the last one for ever."""
        return self.reply("GET", service, path, 200, body)

    def reply(self, method: str, service: str, path: str, status: int, body: object = b"") -> Cloud:
        """Answers a request with any status, and a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = Response(status, [("content-type", "application/json")], content)
        return self._script(f"{method} {service} {path}", answer)

    def no_answer(self, method: str, service: str, path: str, kind: ErrorKind) -> Cloud:
        """Gives no answer to a request."""
        message = f"{service} {method} {path}: no answer ({kind.value}, as scripted)"
        return self._script(f"{method} {service} {path}", CallError(kind, message))

    def probe(self, service: str, path: str, status: int, body: bytes = b"") -> Cloud:
        """Answers a probe: a `GET` without credentials at the root of the host of a service."""
        return self._script(f"PROBE {service} {path}", Response(status, [], body))

    def parameter(self, name: str, value: str) -> Cloud:
        """Gives the check a parameter."""
        self._parameters[name] = value
        return self

    def asset(self, name: str, content: bytes) -> Cloud:
        """Gives the check an asset."""
        self._assets[name] = content
        return self

    def evidence(self, name: str, content: bytes) -> Cloud:
        """Hands in evidence."""
        self._evidence[name] = content
        return self

    def only(self, *testcases: str) -> Cloud:
        """Asks for some testcases only."""
        self._only = list(testcases)
        return self

    def catalog(self, services: Iterable[Service]) -> Cloud:
        """Sets the catalog."""
        self._catalog = list(services)
        return self

    def identity(self, identity: Identity) -> Cloud:
        """Sets the identity."""
        self._identity = identity
        return self

    def reference_time(self, seconds: int) -> Cloud:
        """Sets the reference time, in seconds since 1970-01-01T00:00:00Z."""
        self._reference_time = seconds
        return self

    def run(self, check: Check) -> Report:
        """Runs a check against this cloud.

        Raises `AssertionError` if the check's own declaration is wrong: a grant that cannot be parsed, or an outcome, a
        finding, a parameter or an asset that it does not list. Also if it waits for more than two hours.
        """
        report = Report()
        report.wanted = self._only or [testcase.id for testcase in check.testcases]
        host = Host(self, check, report)
        try:
            check.run(Context(host))
        except Exception as error:
            report.error = described(error)
        if host.fault is not None:
            raise host.fault
        return report

    def _answer(self, full: str, plain: str) -> Response:
        answers = self._answers.get(full) or self._answers.get(plain)
        if not answers:
            return Response(404, [], _NOT_SCRIPTED)
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        if isinstance(answer, CallError):
            raise CallError(answer.kind, answer.message)
        return answer

    def _script(self, line: str, answer: Response | CallError) -> Cloud:
        self._answers.setdefault(line, deque()).append(answer)
        return self


class Report:
    """What a check said."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, Verdict, str]] = []
        """Testcase, verdict and reason, in the order in which they were said."""
        self.all_findings: list[tuple[str, Finding]] = []
        """Findings in the order in which they were said."""
        self.log: list[str] = []
        """Lines of the log."""
        self.error: str | None = None
        """The error with which the check ended, if any."""
        self.calls: list[str] = []
        """The calls that it made, in order, each as `GET compute /flavors/detail?limit=1`; probes begin with `PROBE`."""
        self.created: list[str] = []
        """What it created, each as `SERVICE PATH NAME`, with the name as far as it follows the prefix."""
        self.paused = 0
        """How long it waited in all, in milliseconds."""
        self.wanted: list[str] = []
        """The testcases that were asked for."""

    def verdict(self, testcase: str) -> Verdict | None:
        """The verdict on a testcase as a host would record it: the worst that was said; DNF if nothing was said and the
        check ended with an error; `None` (MISS) if it ended well without a word on it."""
        said = [verdict for id, verdict, _ in self.outcomes if id == testcase]
        for worst in (Verdict.FAIL, Verdict.DNF, Verdict.PASS):
            if worst in said:
                return worst
        return None if self.error is None else Verdict.DNF

    def reason(self, testcase: str) -> str:
        """The reason given with the last outcome of a testcase, or the error with which the check ended."""
        said = [reason for id, _, reason in self.outcomes if id == testcase]
        return said[-1] if said else self.error or ""

    def findings(self, testcase: str) -> list[Finding]:
        """The findings on a testcase."""
        return [finding for id, finding in self.all_findings if id == testcase]
