"""Flavors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from touchstone_sdk.errors import Error
from touchstone_sdk.finding import Resource
from touchstone_sdk.openstack.pages import pages, pages_from
from touchstone_sdk.openstack.reading import field, segment
from touchstone_sdk.openstack.request import Request

if TYPE_CHECKING:
    from touchstone_sdk.context import Context

FLAVOR_GRANTS = ("compute GET /flavors/detail", "compute GET /flavors/*/os-extra_specs")
"""The grants that `flavors` needs."""

_EXTRA_SPECS_IN_LIST = "2.61"
"""Since this microversion (Queens) the list of flavors holds their extra specs."""

_WHERE = "compute GET /flavors/detail: a flavor"


class Flavor:
    """A flavor."""

    __slots__ = ("disk_gib", "extra_specs", "id", "name", "ram_mib", "vcpus")

    def __init__(
        self, id: str, name: str, vcpus: int, ram_mib: int, disk_gib: int, extra_specs: dict[str, str]
    ) -> None:
        self.id = id
        """Its id."""
        self.name = name
        """Its name."""
        self.vcpus = vcpus
        """Virtual CPUs."""
        self.ram_mib = ram_mib
        """Memory in MiB."""
        self.disk_gib = disk_gib
        """Root disk in GiB; 0 means none of its own."""
        self.extra_specs = extra_specs
        """Extra specs."""

    def resource(self) -> Resource:
        """What findings are about."""
        return Resource("compute", "flavor", id=self.id, name=self.name)


def flavors(cx: Context) -> list[Flavor]:
    """All flavors that the user may see, with their extra specs, in the order of the API.

    One list with microversion 2.61; where a cloud is older than that, or its policy hides extra specs from lists, they are
    read flavor by flavor, concurrently.

    Raises `Error` if the list or some extra specs cannot be had, or are not what the API promises.
    """
    old = Request.get("compute", "/flavors/detail")
    modern = Request.get("compute", "/flavors/detail", microversion=_EXTRA_SPECS_IN_LIST)
    first = cx.call(modern)
    # 406: the cloud does not know the microversion; 400: it answers so where the header is malformed to its eyes.
    if first.status in (400, 406):
        items = pages(cx, old, "flavors")
    else:
        items = pages_from(cx, modern, first, "flavors")
    listed = [(_flavor(item), _extra_specs(item, _WHERE)) for item in items]
    lacking = [flavor for flavor, specs in listed if specs is None]
    requests = [Request.get("compute", f"/flavors/{segment(flavor.id)}/os-extra_specs") for flavor in lacking]
    answers = cx.call_all(requests) if requests else []
    for flavor, request, answer in zip(lacking, requests, answers, strict=True):
        specs = _extra_specs(answer.expect(request, 200), f"{request}: the answer")
        if specs is None:
            raise Error(f"{request}: the answer has no `extra_specs`")
        flavor.extra_specs = specs
    for flavor, specs in listed:
        if specs is not None:
            flavor.extra_specs = specs
    return [flavor for flavor, _ in listed]


def _flavor(item: Any) -> Flavor:
    def number(name: str) -> int:
        value = field(item, name, int, _WHERE)
        if value < 0:
            raise Error(f"{_WHERE} has a `{name}` below 0")
        return value

    return Flavor(
        field(item, "id", str, _WHERE), field(item, "name", str, _WHERE), number("vcpus"), number("ram"), number("disk"), {}
    )


def _extra_specs(item: Any, where: str) -> dict[str, str] | None:
    if not isinstance(item, dict) or item.get("extra_specs") is None:
        return None
    return {key: _text(value) for key, value in field(item, "extra_specs", dict, where).items()}


def _text(value: Any) -> str:
    """Extra specs are strings; a number or a truth value, as some proxies make of them, is taken by its spelling."""
    return value if isinstance(value, str) else json.dumps(value)
