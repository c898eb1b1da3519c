"""Reading answers, so that what is missing is an error and never a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from touchstone_sdk.errors import Error
from touchstone_sdk.openstack.request import Query, Request

if TYPE_CHECKING:
    from touchstone_sdk.context import Context

T = TypeVar("T")

_CALLED = {str: "text", int: "whole number", float: "number", bool: "truth value", list: "list", dict: "object"}


def get(cx: Context, service: str, path: str, *, query: Query = (), microversion: str | None = None) -> Any:
    """The JSON that a `GET` answers with status 200.

    Raises `Error` if it cannot be had, or is something else.
    """
    request = Request.get(service, path, query=query, microversion=microversion)
    return cx.call(request).expect(request, 200)


def field(item: object, name: str, kind: type[T], where: str) -> T:
    """The member `name` of a JSON object, if it is of that kind: `str`, `int`, `float`, `bool`, `list` or `dict`.

    `where` begins the message otherwise: `network GET /networks: a network`.

    Raises `Error` if the member is not there, or of another kind (`null`, too).
    """
    called = _CALLED.get(kind, kind.__name__)
    if not isinstance(item, dict) or name not in item:
        raise Error(f"{where} has no {called} `{name}`")
    value: Any = item[name]
    # In Python, truth values are whole numbers; in JSON they are not.
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if kind is float and type(value) is int:
        value, right = float(value), True
    if not right:
        raise Error(f"{where} has a `{name}` that is no {called}")
    return cast(T, value)


def segment(id: str) -> str:
    """An id as one segment of a path; nova allows spaces and other characters in the ids of flavors."""
    return quote(id, safe="-._~")
