"""Routers to the outside: they are made, and get an address."""

from __future__ import annotations

import ipaddress

from neutron import Network

from touchstone_sdk import Context, Error, Testee
from touchstone_sdk.openstack import Created, Creation, Request, field

MOST = 4
"""More networks than that are not looked at: the grant's budget."""

_REQUIREMENT = "external-ipv4 v1, 3"


def judge_gateway(cx: Context, networks: list[Network], quota: int | None, t: Testee) -> None:
    """Routers get addresses, and the project may have floating IPs."""
    offering = [network for network in networks if network.floating]
    if not offering:
        if any(network.direct for network in networks):
            raise Error("servers get addresses directly; a check makes no ports on networks that are not its own")
        if any(network.floating is None for network in networks):
            raise Error("subnets of external networks are hidden from this user: whether they have IPv4 cannot be told")
        t.violation("There is no external network that gives floating IPs with IPv4.").required_by(_REQUIREMENT)
        return
    if quota == 0:
        t.violation("The quota of floating IPs (`floatingip`) of this project is 0.").required_by(_REQUIREMENT)
    unlooked = []
    for place, network in enumerate(offering):
        if place >= MOST:
            unlooked.append(f"`{network.name}`: no more than {MOST} networks are looked at")
            continue
        try:
            _look_at(cx, network, place, t)
        except Error as error:
            # What is wrong with the other networks is to be seen all the same.
            unlooked.append(f"`{network.name}`: {error}")
    if unlooked:
        raise Error("; ".join(unlooked))
    if quota is None:
        t.info("This neutron has no quotas: how many floating IPs a project may have cannot be told.")


def _look_at(cx: Context, network: Network, place: int, t: Testee) -> None:
    body = {"name": f"{cx.prefix()}router-{place}", "external_gateway_info": {"network_id": network.id}}
    creation = Creation.of("network", "/routers", "router", body)
    created = cx.create(creation)
    status = created.response.status
    if status == 403 and "member" in cx.identity().roles:
        refusal = created.response.unexpected(creation.request)
        t.violation(f"A user with role `member` cannot make a router to this network. {refusal}").about(
            network
        ).required_by(_REQUIREMENT)
        return
    addresses = _addresses(cx, created, creation.request)
    if not any(ipaddress.ip_address(address).version == 4 for address in addresses):
        had = ", ".join(addresses) or "none"
        t.violation(f"A router to this network gets no IPv4 address (it got: {had}).").about(network).required_by(
            _REQUIREMENT
        )


def _addresses(cx: Context, created: Created, request: Request) -> list[str]:
    """The addresses of a new router on the network to the outside."""
    id = created.expect(request)
    again = Request.get("network", f"/routers/{id}")
    answer = cx.call(again).expect(again, 200)
    where = f"network GET /routers/{id}: the router"
    router = field(answer, "router", dict, f"network GET /routers/{id}: the answer")
    gateway = field(router, "external_gateway_info", dict, where)
    fixed = field(gateway, "external_fixed_ips", list, f"{where}'s `external_gateway_info`")
    addresses = [field(ip, "ip_address", str, f"{where}'s address") for ip in fixed]
    for address in addresses:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise Error(f"{where} has `{address[:50]}` where an IP address should be") from None
    return addresses
