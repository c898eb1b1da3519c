"""The check as the host sees it, and the host as the check sees it: `touchstone:check` in the types of this package.

Only in components: natively there is no `wit_world`, and `touchstone_sdk.testing` stands in for the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from componentize_py_types import Err  # type: ignore[import-not-found]
from wit_world.exports import check as exported  # type: ignore[import-not-found]
from wit_world.imports import assets, context, evidence, findings, probe, types  # type: ignore[import-not-found]
from wit_world.imports import openstack as api

from touchstone_sdk.check import Check
from touchstone_sdk.context import Context, LogLevel
from touchstone_sdk.errors import described
from touchstone_sdk.finding import Finding, Severity, Verdict
from touchstone_sdk.openstack.request import (
    CallError,
    Created,
    Creation,
    Endpoint,
    ErrorKind,
    Identity,
    Request,
    Response,
    Service,
)


def load() -> Exported:
    """The check that the module `check` of the component's sources calls `CHECK`."""
    import check  # type: ignore[import-not-found]

    if not isinstance(getattr(check, "CHECK", None), Check):
        raise TypeError("the module `check` has no `CHECK = Check(…)`")
    return Exported(check.CHECK)


class Exported:
    """What the component exports."""

    def __init__(self, check: Check) -> None:
        self.check = check

    def describe(self) -> Any:
        """The descriptor of the check, in the words of the contract."""
        check = self.check
        return exported.Descriptor(
            id=check.id,
            version=check.version,
            title=check.title,
            url=check.url,
            testcases=[exported.Testcase(t.id, t.title) for t in check.testcases],
            grants=list(check.grants),
            parameters=[exported.Parameter(p.name, p.description, p.required) for p in check.parameters],
            assets=[exported.Asset(a.name, a.description, a.required) for a in check.assets],
        )

    def run(self) -> None:
        """Runs the check."""
        try:
            self.check.run(Context(_Host()))
        except Exception as error:
            raise Err(described(error)) from None


class _Host:
    """The imports of the component."""

    def outcome(self, testcase: str, verdict: Verdict, reason: str) -> None:
        findings.outcome(testcase, types.Verdict[verdict.name], reason)

    def finding(self, testcase: str, finding: Finding) -> None:
        resource = finding.resource
        if resource is not None:
            resource = types.ResourceRef(resource.service, resource.kind, resource.id, resource.name)
        severity = types.Severity[Severity(finding.severity).name]
        findings.add(testcase, types.Finding(severity, finding.full_message(), resource, finding.requirement))

    def log(self, level: LogLevel, message: str) -> None:
        findings.log(findings.LogLevel[level.name], message)

    def call(self, request: Request) -> Response:
        try:
            return _response(api.call(_lowered(request)))
        except Err as error:
            raise _call_error(error.value) from None

    def call_all(self, requests: Sequence[Request]) -> list[Response | CallError]:
        answers = api.call_all([_lowered(request) for request in requests])
        return [
            _call_error(answer.value) if isinstance(answer, Err) else _response(answer.value) for answer in answers
        ]

    def create(self, creation: Creation) -> Created:
        lowered = api.Creation(_lowered(creation.request), creation.id_pointer, _lowered(creation.undo))
        try:
            created = api.create(lowered)
        except Err as error:
            raise _call_error(error.value) from None
        return Created(created.id, _response(created.response))

    def probe(self, service: str, path: str) -> Response:
        try:
            return _response(probe.get(probe.Target(service, path)))
        except Err as error:
            raise _call_error(error.value) from None

    def catalog(self) -> list[Service]:
        return [
            Service(s.service_type, s.name, [Endpoint(e.interface, e.region, e.url) for e in s.endpoints])
            for s in api.catalog()
        ]

    def identity(self) -> Identity:
        i = api.identity()
        return Identity(
            i.user_id, i.user_name, i.project_id, i.project_name, i.domain_name, list(i.roles), i.region
        )

    def parameter(self, name: str) -> str | None:
        value: str | None = context.parameter(name)
        return value

    def testcases(self) -> list[str]:
        return list(context.testcases())

    def reference_time(self) -> int:
        return int(context.reference_time())

    def prefix(self) -> str:
        return str(context.prefix())

    def pause(self, milliseconds: int) -> None:
        context.pause(milliseconds)

    def asset(self, name: str) -> bytes | None:
        try:
            return bytes(assets.read(name))
        except Err:
            return None

    def evidence(self, name: str) -> bytes | None:
        content = evidence.read(name)
        return None if content is None else bytes(content)


def _lowered(request: Request) -> Any:
    return api.Request(
        service=request.service,
        method=api.Method[request.method],
        path=request.path,
        query=list(request.query),
        microversion=request.microversion,
        headers=[api.Header(name, value) for name, value in request.headers],
        body=request.body,
    )


def _response(response: Any) -> Response:
    return Response(response.status, [(h.name, h.value) for h in response.headers], bytes(response.body))


def _call_error(error: Any) -> CallError:
    return CallError(ErrorKind[error.kind.name], error.message)
