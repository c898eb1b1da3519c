"""The host as a check under test sees it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from touchstone_sdk.check import Check
from touchstone_sdk.context import LogLevel
from touchstone_sdk.finding import Finding, Verdict
from touchstone_sdk.openstack.request import (
    CallError,
    Created,
    Creation,
    ErrorKind,
    Identity,
    Request,
    Response,
    Service,
)
from touchstone_sdk.testing import grants

if TYPE_CHECKING:
    from touchstone_sdk.testing import Cloud, Report

PREFIX = "touchstone-0123456789ab-"
LONGEST_WAIT = 2 * 60 * 60 * 1000
UNDONE = "0"
"""Stands for the id of what is about to be created."""


class Host:
    """Answers as the scripted cloud does, as far as the check's own grants permit, and notes what the check says."""

    def __init__(self, cloud: Cloud, check: Check, report: Report) -> None:
        self.cloud = cloud
        self.report = report
        self.known = [testcase.id for testcase in check.testcases]
        self.grants: list[grants.Grant] = []
        for text in check.grants:
            try:
                self.grants.append(grants.parse(text))
            except ValueError as error:
                raise AssertionError(f"{check.id}: grant `{text}`: {error}") from None
        self.assets = {asset.name for asset in check.assets}
        self.parameters = {parameter.name for parameter in check.parameters}
        self.paid = [0] * len(self.grants)
        self.gib = [0] * len(self.grants)
        self.own: set[str] = set()
        self.fault: AssertionError | None = None
        """What is wrong with the check itself. It is kept, since the check may catch it, as `Context.judge` does."""

    def outcome(self, testcase: str, verdict: Verdict, reason: str) -> None:
        self._check_known(testcase)
        self.report.outcomes.append((testcase, verdict, reason))

    def finding(self, testcase: str, finding: Finding) -> None:
        self._check_known(testcase)
        self.report.all_findings.append((testcase, finding))

    def log(self, level: LogLevel, message: str) -> None:
        self.report.log.append(f"{level.name.lower()}: {message}")

    def call(self, request: Request) -> Response:
        if not self._is_granted(request, self._parsed(request)):
            raise _refused(ErrorKind.DENIED, request, "not among the grants that the check asks for")
        return self._send(request)

    def call_all(self, requests: Sequence[Request]) -> list[Response | CallError]:
        answers: list[Response | CallError] = []
        for request in requests:
            try:
                answers.append(self.call(request))
            except CallError as error:
                answers.append(error)
        return answers

    def create(self, creation: Creation) -> Created:
        request = creation.request
        self._pay(request, self._parsed(request))
        self._check_undo(creation.undo)
        name = _name_in(request)
        below_own = any(part in self.own for part in request.path.split("/"))
        if name is not None and name.startswith(PREFIX):
            self.report.created.append(f"{request.service} {request.path} {name.removeprefix(PREFIX)}")
        elif name is None and below_own:
            self.report.created.append(f"{request.service} {request.path}")
        else:
            raise _refused(ErrorKind.DENIED, request, "the name does not begin with the prefix")
        response = self._send(request)
        if not 200 <= response.status < 300:
            return Created("", response)
        id = _at(response.body, creation.id_pointer).rsplit("/", 1)[-1]
        if not id:
            raise _refused(ErrorKind.INVALID_REQUEST, request, "the answer has no id")
        if not below_own:
            self.own.add(id)
        return Created(id, response)

    def probe(self, service: str, path: str) -> Response:
        request = Request.get(service, path)
        official, segments = self._parsed(request)
        if not any(grant.kind == "probe" and grant.permits(official, "GET", segments) for grant in self.grants):
            raise _refused(ErrorKind.DENIED, request, "no PROBE among the grants that the check asks for")
        line = f"PROBE {service} {path}"
        self.report.calls.append(line)
        return self.cloud._answer(line, line)

    def catalog(self) -> list[Service]:
        return list(self.cloud._catalog)

    def identity(self) -> Identity:
        return self.cloud._identity

    def parameter(self, name: str) -> str | None:
        self._demand(name in self.parameters, f"the check does not list a parameter `{name}`")
        return self.cloud._parameters.get(name)

    def testcases(self) -> list[str]:
        return list(self.report.wanted)

    def reference_time(self) -> int:
        return self.cloud._reference_time

    def prefix(self) -> str:
        return PREFIX

    def pause(self, milliseconds: int) -> None:
        self.report.paused += milliseconds
        self._demand(self.report.paused <= LONGEST_WAIT, "the check waits for more than two hours")

    def asset(self, name: str) -> bytes | None:
        self._demand(name in self.assets, f"the check does not list an asset `{name}`")
        return self.cloud._assets.get(name)

    def evidence(self, name: str) -> bytes | None:
        return self.cloud._evidence.get(name)

    def _check_known(self, testcase: str) -> None:
        known = any(
            testcase == id or (id.endswith("*") and testcase.startswith(id[:-1])) for id in self.known
        )
        self._demand(known, f"the check does not list a testcase `{testcase}`")

    def _demand(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.fault = self.fault or AssertionError(otherwise)
            raise self.fault

    def _parsed(self, request: Request) -> tuple[str, list[str]]:
        try:
            if request.method not in grants.METHODS:
                raise ValueError(f"`{request.method}` is no method")
            return grants.service_type(request.service), grants.segments(request.path)
        except ValueError as error:
            raise _refused(ErrorKind.INVALID_REQUEST, request, str(error)) from None

    def _is_granted(self, request: Request, parsed: tuple[str, list[str]]) -> bool:
        service, path = parsed
        for grant in self.grants:
            if grant.kind not in ("read", "change") or not grant.permits(service, request.method, path):
                continue
            if grant.kind == "read":
                return True
            if self._owns(grant, path) and (grant.action is None or _members(request) == [grant.action]):
                return True
        return False

    def _owns(self, grant: grants.Grant, path: list[str]) -> bool:
        return all(part == UNDONE or part in self.own for part in grant.wildcards(path) or [])

    def _pay(self, request: Request, parsed: tuple[str, list[str]]) -> None:
        """Takes a creation from the budget of the grant that permits it."""
        service, path = parsed
        for i, grant in enumerate(self.grants):
            fits = grant.kind == "create" and grant.permits(service, request.method, path)
            if not fits or not self._owns(grant, path):
                continue
            size = _size_in(request)
            if self.paid[i] >= grant.count:
                raise _refused(ErrorKind.EXHAUSTED, request, f"the grant permits {grant.count} of them")
            if self.gib[i] + size > (grant.gib or 0):
                raise _refused(ErrorKind.EXHAUSTED, request, f"the grant permits {grant.gib or 0} GiB")
            self.paid[i] += 1
            self.gib[i] += size
            return
        why = "not among the grants with a budget that the check asks for"
        raise _refused(ErrorKind.DENIED, request, why)

    def _check_undo(self, undo: Request) -> None:
        filled = Request(
            undo.method, undo.service, undo.path.replace("{id}", UNDONE), headers=undo.headers, body=undo.body
        )
        parsed = self._parsed(filled)
        deletes_it = undo.method == "DELETE" and undo.path.endswith("/{id}")
        if not deletes_it and not self._is_granted(filled, parsed):
            why = "neither a DELETE of what was created nor a granted change undoes it"
            raise _refused(ErrorKind.DENIED, undo, why)

    def _send(self, request: Request) -> Response:
        plain = f"{request.method} {request.service} {request.path}"
        query = "&".join(f"{name}={value}" for name, value in request.query)
        full = f"{plain}?{query}" if query else plain
        self.report.calls.append(full)
        return self.cloud._answer(full, plain)


def _name_in(request: Request) -> str | None:
    """The name in `{"volume": {"name": …}}` or `{"name": …}`."""
    body = _body(request)
    inner = next(iter(body.values())) if len(body) == 1 else None
    name = inner.get("name") if isinstance(inner, dict) else None
    name = body.get("name") if name is None else name
    return name if isinstance(name, str) else None


def _size_in(request: Request) -> int:
    """The size in GiB of what is created, where its kind has one."""
    body = _body(request)
    inner = next(iter(body.values())) if len(body) == 1 else None
    size = inner.get("size") if isinstance(inner, dict) else None
    return size if isinstance(size, int) else 0


def _members(request: Request) -> list[str]:
    return list(_body(request))


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _at(body: bytes, pointer: str) -> str:
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    for name in pointer.split("/")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _refused(kind: ErrorKind, request: Request, why: str) -> CallError:
    return CallError(kind, f"{request}: {why}")
