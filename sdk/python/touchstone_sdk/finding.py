"""What a check finds out, for people."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class Verdict(Enum):
    """What a check may say about a testcase. MISS is not among them: it is what the host says when a check said nothing."""

    PASS = "PASS"
    """The subject meets what the testcase asks for."""
    FAIL = "FAIL"
    """The subject does not meet it."""
    DNF = "DNF"
    """It could not be found out."""


class Severity(Enum):
    """How much a finding matters."""

    INFO = "info"
    """Worth knowing."""
    WARNING = "warning"
    """Discouraged (SHOULD), or suspicious; no influence on the verdict."""
    ERROR = "error"
    """A violation (MUST)."""


class Resource:
    """A resource of the subject."""

    __slots__ = ("id", "kind", "name", "service")

    def __init__(self, service: str, kind: str, id: str | None = None, name: str | None = None) -> None:
        self.service = service
        """Service type: `compute`, `image`, …."""
        self.kind = kind
        """Singular, as the API calls it: `flavor`, `image`, …."""
        self.id = id
        """Its id, where it has one."""
        self.name = name
        """Its name, where it has one."""

    def __repr__(self) -> str:
        return f"Resource({self.service!r}, {self.kind!r}, id={self.id!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Resource):
            return NotImplemented
        return (self.service, self.kind, self.id, self.name) == (other.service, other.kind, other.id, other.name)

    def __hash__(self) -> int:
        return hash((self.service, self.kind, self.id, self.name))


class HasResource(Protocol):
    """Something that is a resource of the subject, as the typed helpers of `openstack` give it."""

    def resource(self) -> Resource:
        """The resource."""


class Finding:
    """Something that a check found out, for people."""

    __slots__ = ("message", "remedy", "requirement", "resource", "severity")

    def __init__(self, severity: Severity, message: str) -> None:
        self.severity = severity
        """How much it matters."""
        self.message = message
        """What is wrong, what was expected, what to do: one or two sentences of plain text."""
        self.resource: Resource | None = None
        """The resource concerned."""
        self.requirement: str | None = None
        """The paragraph of the standard."""
        self.remedy: str | None = None
        """The command that mends it."""

    def about(self, resource: Resource | HasResource) -> Finding:
        """Names the resource that it is about: a `Resource`, or what the typed helpers of `openstack` give."""
        self.resource = resource if isinstance(resource, Resource) else resource.resource()
        return self

    def mended_by(self, command: str) -> Finding:
        """Gives the command that mends it, which is shown after the message. See `openstack.command`."""
        self.remedy = command
        return self

    def required_by(self, requirement: str) -> Finding:
        """Names the paragraph of the standard that asks for it."""
        self.requirement = requirement
        return self

    def full_message(self) -> str:
        """The message with the command that mends it, as hosts are told."""
        return self.message if self.remedy is None else f"{self.message} To mend it: {self.remedy}"

    def __repr__(self) -> str:
        return f"Finding({self.severity}, {self.message!r}, resource={self.resource!r})"
