"""The OpenStack API: requests and answers, and typed helpers for what checks often read."""

from touchstone_sdk.openstack.command import command
from touchstone_sdk.openstack.flavors import FLAVOR_GRANTS, Flavor, flavors
from touchstone_sdk.openstack.pages import pages
from touchstone_sdk.openstack.reading import field, get, segment
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
from touchstone_sdk.openstack.waiting import wait, wait_for_status

__all__ = [
    "FLAVOR_GRANTS", "CallError", "Created", "Creation", "Endpoint", "ErrorKind", "Flavor", "Identity", "Request",
    "Response", "Service", "command", "field", "flavors", "get", "pages", "segment", "wait", "wait_for_status",
]  # fmt: skip
