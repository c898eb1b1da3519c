"""What a check is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol, overload

from touchstone_sdk.errors import Error, described
from touchstone_sdk.finding import Finding, Severity, Verdict
from touchstone_sdk.openstack.request import CallError, Created, Creation, Identity, Request, Response, Service

_LONGEST_PAUSE = 60_000
"""In milliseconds, as the contract has it."""


class LogLevel(Enum):
    """How much a line of the log matters."""

    DEBUG = "debug"
    """For authors of checks."""
    INFO = "info"
    """For operators who look closely."""
    WARNING = "warning"
    """For operators."""


class Host(Protocol):
    """The host as this SDK sees it: the imports of `touchstone:check`, in the types of this package."""

    def outcome(self, testcase: str, verdict: Verdict, reason: str) -> None: ...
    def finding(self, testcase: str, finding: Finding) -> None: ...
    def log(self, level: LogLevel, message: str) -> None: ...
    def call(self, request: Request) -> Response: ...
    def call_all(self, requests: Sequence[Request]) -> list[Response | CallError]: ...
    def create(self, creation: Creation) -> Created: ...
    def probe(self, service: str, path: str) -> Response: ...
    def catalog(self) -> list[Service]: ...
    def identity(self) -> Identity: ...
    def parameter(self, name: str) -> str | None: ...
    def testcases(self) -> list[str]: ...
    def reference_time(self) -> int: ...
    def prefix(self) -> str: ...
    def pause(self, milliseconds: int) -> None: ...
    def asset(self, name: str) -> bytes | None: ...
    def evidence(self, name: str) -> bytes | None: ...


Judge = Callable[["Testee"], object]


class Context:
    """What a check is given: the subject's API, the run's parameters, and where to say what it found."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @overload
    def judge(self, testcase: str) -> Callable[[Judge], None]: ...
    @overload
    def judge(self, testcase: str, judge: Judge) -> None: ...
    def judge(self, testcase: str, judge: Judge | None = None) -> Callable[[Judge], None] | None:
        """Judges one testcase: FAIL if `judge` noted a violation, DNF if it raised, PASS otherwise. Does nothing if the
        testcase was not asked for.

        As a function, `cx.judge("id", judge)`, or as a decorator, which judges at once:

            @cx.judge("id")
            def _(t: Testee) -> None:
                ...
        """
        if judge is None:
            return lambda judge: self._judge(testcase, judge)
        self._judge(testcase, judge)
        return None

    def _judge(self, testcase: str, judge: Judge) -> None:
        if not self.is_wanted(testcase):
            return
        testee = Testee()
        failure = None
        try:
            judge(testee)
        except Exception as error:
            failure = described(error)
        for finding in testee.findings:
            self._host.finding(testcase, finding)
        violations = [finding for finding in testee.findings if finding.severity is Severity.ERROR]
        # A violation that was seen stays one, even if the rest could not be looked at.
        if violations:
            more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
            self._host.outcome(testcase, Verdict.FAIL, testee.summary or f"{violations[0].message}{more}")
        elif failure is not None:
            self._host.outcome(testcase, Verdict.DNF, failure)
        else:
            self._host.outcome(testcase, Verdict.PASS, testee.summary or "")

    def is_wanted(self, testcase: str) -> bool:
        """Whether a testcase is to be judged in this run; a check need not do the work for others."""
        return testcase in self.testcases()

    def cannot_judge(self, testcase: str, reason: str) -> None:
        """Says that a testcase could not be judged."""
        if self.is_wanted(testcase):
            self._host.outcome(testcase, Verdict.DNF, reason)

    def call(self, request: Request) -> Response:
        """Makes one API call. Whatever status the service answers, it is returned; see `Response.expect`.

        Raises `CallError` if the call was not granted, was malformed, or got no answer.
        """
        return self._host.call(request)

    def call_all(self, requests: Sequence[Request]) -> list[Response | CallError]:
        """Makes many API calls concurrently; the answers are in the order of the requests.

        A call that got no answer is a `CallError` in its place, whose `expect` raises it.
        """
        return self._host.call_all(list(requests))

    def create(self, creation: Creation) -> Created:
        """Creates something that the host removes again when the check is over, however it ends. Whatever status the
        service answers, it is returned; see `Created.expect`.

        From then on the reads of this check are fresh; before, they are shared with those of other checks.

        Raises `CallError` as `call`; also if nothing grants it, or the budget of the grant is used up.
        """
        return self._host.create(creation)

    def probe(self, service: str, path: str) -> Response:
        """One `GET` without credentials, at the root of the host of a service's endpoint. Needs a grant like
        `object-store PROBE /`.

        Raises `CallError` as `call`.
        """
        return self._host.probe(service, path)

    def pause(self, seconds: float) -> None:
        """Waits. See `openstack.wait` for waiting until something is so."""
        left = round(seconds * 1000)
        while left > 0:
            now = min(left, _LONGEST_PAUSE)
            self._host.pause(now)
            left -= now

    def catalog(self) -> list[Service]:
        """The subject's service catalog."""
        return self._host.catalog()

    def identity(self) -> Identity:
        """The user as whom the host calls the subject."""
        return self._host.identity()

    def parameter(self, name: str) -> str | None:
        """The value of a parameter, if the scope version gives one."""
        return self._host.parameter(name)

    def required_parameter(self, name: str) -> str:
        """The value of a parameter without which the check cannot work.

        Raises `Error` if the scope version gives no such parameter.
        """
        value = self.parameter(name)
        if value is None:
            raise Error(f"the scope version gives no value for the parameter `{name}`")
        return value

    def asset(self, name: str) -> bytes:
        """An input that the manifest pins by hash.

        Raises `Error` if the manifest gives no such asset.
        """
        content = self._host.asset(name)
        if content is None:
            raise Error(f"the scope version gives no asset `{name}`")
        return content

    def evidence(self, name: str) -> bytes | None:
        """What whoever runs the check handed in under that name, if anything."""
        return self._host.evidence(name)

    def testcases(self) -> list[str]:
        """The testcases that are to be judged in this run; a check need not do the work for others."""
        return self._host.testcases()

    def reference_time(self) -> int:
        """Now, in seconds since 1970-01-01T00:00:00Z; the same for all checks of a run."""
        return self._host.reference_time()

    def prefix(self) -> str:
        """What the names of created resources begin with."""
        return self._host.prefix()

    def log(self, level: LogLevel, message: str) -> None:
        """Writes a line to the host's log."""
        self._host.log(level, message)


class Testee:
    """One testcase while it is being judged."""

    __test__ = False  # pytest: this is none of yours.
    __slots__ = ("findings", "summary")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.summary: str | None = None

    def violation(self, message: str) -> Finding:
        """Notes something that violates the standard: the testcase will be FAIL."""
        return self._add(Severity.ERROR, message)

    def warning(self, message: str) -> Finding:
        """Notes something that the standard discourages, or that looks wrong. Has no influence on the verdict."""
        return self._add(Severity.WARNING, message)

    def info(self, message: str) -> Finding:
        """Notes something worth knowing. Has no influence on the verdict."""
        return self._add(Severity.INFO, message)

    def summarize(self, summary: str) -> None:
        """The reason to give with the verdict, in one sentence; otherwise the first violation is the reason."""
        self.summary = summary

    def _add(self, severity: Severity, message: str) -> Finding:
        finding = Finding(severity, message)
        self.findings.append(finding)
        return finding
