"""What neutron says about networks to the outside."""

from __future__ import annotations

from touchstone_sdk import Context, Error, Resource
from touchstone_sdk.openstack import Request, field, get, pages

GRANTS = ("network GET /extensions", "network GET /networks", "network GET /subnets")

_NETWORK = "network GET /networks: a network"
_SUBNET = "network GET /subnets: a subnet"


class Network:
    """An external network (`router:external`) that is in use."""

    def __init__(self, id: str, name: str, shared: bool, is_default: bool) -> None:
        self.id = id
        self.name = name
        self.shared = shared
        """Whether servers of any project may be on it."""
        self.is_default = is_default
        self.floating: bool | None = False
        """Whether floating IPs with an IPv4 address can come from it; `None`: it cannot be told."""
        self.direct: bool | None = False
        """Whether servers on it get an IPv4 address; `None`: it cannot be told."""

    @property
    def is_candidate(self) -> bool:
        """Whether a client can get an external IPv4 address from it."""
        return self.floating is True or self.direct is True

    @property
    def is_unknown(self) -> bool:
        """Whether that cannot be told."""
        return not self.is_candidate and (self.floating is None or self.direct is None)

    def resource(self) -> Resource:
        """What findings are about."""
        return Resource("network", "network", id=self.id, name=self.name)


def extensions(cx: Context) -> set[str]:
    """The aliases of neutron's extensions."""
    where = "network GET /extensions"
    listed = field(get(cx, "network", "/extensions"), "extensions", list, f"{where}: the answer")
    return {field(extension, "alias", str, f"{where}: an extension") for extension in listed}


def external_networks(cx: Context, aliases: set[str]) -> list[Network]:
    """The external networks that are in use, by name, with the ways that lead over them.

    Raises `Error` if they cannot be had, or neutron leaves out what it documents.
    """
    if "external-net" not in aliases:
        return []
    found = {}
    for item in pages(cx, Request.get("network", "/networks"), "networks"):
        if not field(item, "router:external", bool, _NETWORK):
            continue
        name = field(item, "name", str, _NETWORK)
        up = field(item, "admin_state_up", bool, _NETWORK) and field(item, "status", str, _NETWORK) == "ACTIVE"
        network = Network(field(item, "id", str, _NETWORK), name, field(item, "shared", bool, _NETWORK), _default(item))
        # A list that changes while its pages are read may have a network twice.
        if up:
            found[network.id] = (network, set(field(item, "subnets", list, _NETWORK)))
    if found:
        subnets = pages(cx, Request.get("network", "/subnets"), "subnets")
        for network, ids in found.values():
            _find_ways(network, ids, subnets, "router" in aliases)
    return sorted((network for network, _ in found.values()), key=lambda network: (network.name, network.id))


def _default(item: dict[str, object]) -> bool:
    """The extension `auto-allocated-topology` has the attribute; without it, no network is marked."""
    return item.get("is_default") is not None and field(item, "is_default", bool, _NETWORK)


def _find_ways(network: Network, ids: set[object], subnets: list[object], has_routers: bool) -> None:
    unseen = set(ids)
    for subnet in subnets:
        if field(subnet, "network_id", str, _SUBNET) != network.id:
            continue
        unseen.discard(field(subnet, "id", str, _SUBNET))
        if field(subnet, "ip_version", int, _SUBNET) != 4 or not field(subnet, "allocation_pools", list, _SUBNET):
            continue
        # Since Ocata a subnet can be for some kinds of ports only; those of no kind are for all.
        kinds = field(subnet, "service_types", list, _SUBNET) if "service_types" in subnet else []  # type: ignore[operator]
        if has_routers and (not kinds or "network:floatingip" in kinds):
            network.floating = True
        if network.shared and (not kinds or any(str(kind).startswith("compute:") for kind in kinds)):
            network.direct = True
    if unseen:
        network.floating = network.floating or (None if has_routers else False)
        network.direct = network.direct or (None if network.shared else False)


def floating_ip_quota(cx: Context, aliases: set[str]) -> int | None:
    """How many floating IPs the project may have; -1: as many as it likes. `None` if neutron has no quotas.

    Raises `Error` if it cannot be had.
    """
    if "quotas" not in aliases:
        return None
    project = cx.identity().project_id
    if not project:
        raise Error("the host does not say which project it is in: its quota cannot be read")
    path = f"/quotas/{project}"
    quota = field(get(cx, "network", path), "quota", dict, f"network GET {path}: the answer")
    return field(quota, "floatingip", int, f"network GET {path}: the quota")
