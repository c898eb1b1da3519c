"""Clouds for the tests."""

from __future__ import annotations

from typing import Any

from touchstone_sdk.openstack import Identity
from touchstone_sdk.testing import Cloud

ALIASES = ("external-net", "router", "quotas", "auto-allocated-topology")


def network(id: str, **other: Any) -> dict[str, Any]:
    """An external network with one subnet, `s-` and its id."""
    plain = {"id": id, "name": id, "router:external": True, "shared": False, "admin_state_up": True, "status": "ACTIVE"}
    return plain | {"subnets": [f"s-{id}"], "is_default": False} | other


def subnet(id: str, **other: Any) -> dict[str, Any]:
    """The IPv4 subnet of a network."""
    pools = [{"start": "203.0.113.2", "end": "203.0.113.254"}]
    return {"id": f"s-{id}", "network_id": id, "ip_version": 4, "allocation_pools": pools, "service_types": []} | other


def reading(networks: list[Any], subnets: list[Any], aliases: tuple[str, ...] = ALIASES) -> Cloud:
    """A cloud that can be read."""
    cloud = Cloud().identity(Identity(project_id="p", roles=["member"]))
    cloud.get("network", "/extensions", {"extensions": [{"alias": alias} for alias in aliases]})
    cloud.get("network", "/networks", {"networks": networks}).get("network", "/subnets", {"subnets": subnets})
    return cloud.get("network", "/quotas/p", {"quota": {"floatingip": 50}})


def router(cloud: Cloud, id: str, addresses: list[str]) -> Cloud:
    """Lets a router be made, which gets these addresses to the outside."""
    gateway = {"network_id": "n", "external_fixed_ips": [{"subnet_id": "s", "ip_address": a} for a in addresses]}
    cloud.reply("POST", "network", "/routers", 201, {"router": {"id": id}})
    return cloud.get("network", f"/routers/{id}", {"router": {"id": id, "external_gateway_info": gateway}})


def usual() -> Cloud:
    """One external network with floating IPs."""
    return router(reading([network("public")], [subnet("public")]), "r", ["203.0.113.7"])
