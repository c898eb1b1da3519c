"""Requests and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NoReturn

from touchstone_sdk.errors import Error

Query = Mapping[str, str] | Sequence[tuple[str, str]]


class Request:
    """A request to a service of the subject: never a URL, never a token."""

    __slots__ = ("body", "headers", "method", "microversion", "path", "query", "service")

    def __init__(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Query = (),
        microversion: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> None:
        self.method = method
        """`GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`."""
        self.service = service
        """Service type, e.g. `compute`."""
        self.path = path
        """Path below the service's versioned endpoint, e.g. `/flavors/detail`."""
        self.query = list(query.items() if isinstance(query, Mapping) else query)
        """Names and values of the query, unencoded."""
        self.microversion = microversion
        """The microversion to ask for, e.g. `2.61`."""
        self.headers = list(headers)
        """`accept` and `content-type` may be set."""
        self.body = body
        """The body."""

    @classmethod
    def get(cls, service: str, path: str, *, query: Query = (), microversion: str | None = None) -> Request:
        """A `GET`."""
        return cls("GET", service, path, query=query, microversion=microversion)

    @classmethod
    def json(cls, method: str, service: str, path: str, body: object, *, microversion: str | None = None) -> Request:
        """A request with a JSON body."""
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        headers = [("content-type", "application/json")]
        return cls(method, service, path, microversion=microversion, headers=headers, body=text.encode())

    def with_query(self, query: Query) -> Request:
        """The same request with another query."""
        return Request(
            self.method,
            self.service,
            self.path,
            query=query,
            microversion=self.microversion,
            headers=self.headers,
            body=self.body,
        )

    def __str__(self) -> str:
        """As messages name it: `compute GET /flavors/detail`."""
        return f"{self.service} {self.method} {self.path}"

    def __repr__(self) -> str:
        return f"<Request {self} {self.query}>"


class Response:
    """What a service answered."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> None:
        self.status = status
        """The status, whatever it is."""
        self.headers = list(headers)
        """Names in lower case."""
        self.body = body
        """The body."""

    def expect(self, request: Request, status: int = 200) -> Any:
        """The body as JSON, if the status is `status`.

        Raises `Error` for another status, or a body that is not JSON; the message names the request and what came instead.
        """
        if self.status != status:
            raise self.unexpected(request)
        try:
            return parsed(self.body)
        except (ValueError, RecursionError) as error:
            message = f"{request}: answered {status}, but the body is not what the API promises: {error}"
            raise Error(message) from None

    def unexpected(self, request: Request) -> Error:
        """The error to raise if the status is not one that the check can use."""
        explanation = self._explanation()
        return Error(f"{request}: answered {self.status}" + (f": {explanation}" if explanation else ""))

    def _explanation(self) -> str | None:
        """The message in an OpenStack error body: `{"forbidden": {"message": "…"}}` or `{"error": {"message": "…"}}`."""
        try:
            body = parsed(self.body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        for inner in body.values():
            message = inner.get("message") if isinstance(inner, dict) else None
            if isinstance(message, str):
                return message[:200]
        return None

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


def parsed(body: bytes) -> Any:
    """JSON as RFC 8259 has it: Python would also take `NaN`, and encodings other than UTF-8."""
    return json.loads(body.decode(), parse_constant=_not_json)


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"`{constant}` is not JSON")


class ErrorKind(Enum):
    """Why a call got no answer."""

    DENIED = "denied"
    """The manifest does not grant this call."""
    INVALID_REQUEST = "invalid-request"
    """The request is malformed."""
    NO_SUCH_SERVICE = "no-such-service"
    """The catalog has no such service."""
    UNREACHABLE = "unreachable"
    """No answer."""
    TIMED_OUT = "timed-out"
    """No complete answer in time."""
    TOO_LARGE = "too-large"
    """The answer is too large."""
    EXHAUSTED = "exhausted"
    """The check has used up its calls or bytes."""
    CANCELLED = "cancelled"
    """The run is being stopped."""
    NOT_ON_TAPE = "not-on-tape"
    """Replay: the tape does not hold this call."""


class CallError(Error):
    """A call that got no answer."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        """What went wrong."""
        self.message = message
        """For people."""

    def expect(self, request: Request, status: int = 200) -> NoReturn:
        """Raises it: so answers of `Context.call_all` are treated alike."""
        raise self


class Creation:
    """How to create something, and how to get rid of it again."""

    __slots__ = ("id_pointer", "request", "undo")

    def __init__(self, request: Request, id_pointer: str, undo: Request) -> None:
        self.request = request
        """A POST or PUT; the `name` in its body must begin with `Context.prefix`."""
        self.id_pointer = id_pointer
        """JSON pointer to the id in the answer: `/volume/id`, `/id`, or `/secret_ref`, a URL that ends with the id."""
        self.undo = undo
        """The request that removes it; `{id}` in its path stands for the id."""

    @classmethod
    def of(cls, service: str, path: str, kind: str, body: Mapping[str, object]) -> Creation:
        """A `POST` of `{kind: body}` to `path`, whose answer has the id in `/kind/id`, and which `DELETE path/{id}` undoes:
        as nova, cinder and neutron have it."""
        request = Request.json("POST", service, path, {kind: body})
        return cls(request, f"/{kind}/id", Request("DELETE", service, f"{path}/{{id}}"))


class Created:
    """What came of a creation."""

    __slots__ = ("id", "response")

    def __init__(self, id: str, response: Response) -> None:
        self.id = id
        """The id of what was created; empty if the service answered with another status than 2xx."""
        self.response = response
        """The whole answer."""

    def expect(self, request: Request) -> str:
        """The id, if something was created.

        Raises `Error` if the service refused; the message names the request and says what it answered.
        """
        if not self.id:
            raise self.response.unexpected(request)
        return self.id


class Endpoint:
    """An endpoint of a service."""

    __slots__ = ("interface", "region", "url")

    def __init__(self, interface: str, region: str, url: str) -> None:
        self.interface = interface
        """`public`, `internal` or `admin`."""
        self.region = region
        """Its region."""
        self.url = url
        """Its URL."""


class Service:
    """A service of the catalog."""

    __slots__ = ("endpoints", "name", "service_type")

    def __init__(self, service_type: str, name: str, endpoints: Sequence[Endpoint] = ()) -> None:
        self.service_type = service_type
        """Its type as the catalog says it, which may be an alias (`volumev3`)."""
        self.name = name
        """Its name."""
        self.endpoints = list(endpoints)
        """Its endpoints in the region of the run."""


class Identity:
    """The user as whom the host calls the subject."""

    __slots__ = ("domain_name", "project_id", "project_name", "region", "roles", "user_id", "user_name")

    def __init__(
        self,
        user_id: str = "",
        user_name: str = "",
        project_id: str = "",
        project_name: str = "",
        domain_name: str = "",
        roles: Sequence[str] = (),
        region: str | None = None,
    ) -> None:
        self.user_id = user_id
        self.user_name = user_name
        self.project_id = project_id
        self.project_name = project_name
        self.domain_name = domain_name
        self.roles = list(roles)
        """Names of the roles, sorted."""
        self.region = region
        """Region of the run, where one is configured."""
