"""External IPv4 addresses of servers: in which way a client gets one, whether it has to be told, and whether it works."""

from __future__ import annotations

from gateway import judge_gateway
from neutron import GRANTS, Network, extensions, external_networks, floating_ip_quota

from touchstone_sdk import Check, Context, Error, Testcase, Testee

WAY = "external-ipv4-way"
CHOICE = "external-ipv4-choice"
GATEWAY = "external-ipv4-gateway"


def run(cx: Context) -> None:
    aliases = extensions(cx)
    networks = external_networks(cx, aliases)
    cx.judge(WAY, lambda t: judge_way(networks, aliases, t))
    cx.judge(CHOICE, lambda t: judge_choice(networks, t))
    cx.judge(GATEWAY, lambda t: judge_gateway(cx, networks, floating_ip_quota(cx, aliases), t))


def judge_way(networks: list[Network], aliases: set[str], t: Testee) -> None:
    """There is a way, and it can be found out by reading."""
    requirement = "external-ipv4 v1, 1"
    candidates = [network for network in networks if network.is_candidate]
    if not candidates:
        _raise_if_unknown(networks)
        if not networks:
            t.violation(
                "There is no external network (`router:external`) that is active and that this user can see: no server "
                "gets an external IPv4 address."
            ).required_by(requirement)
        for network in networks:
            t.violation(_why_not(network, aliases)).about(network).required_by(requirement)
        return
    ways = []
    for network in candidates:
        if network.direct:
            ways.append(f"directly on `{network.name}`")
        if network.floating:
            ways.append(f"by a floating IP of `{network.name}`, through a router")
    for way in ways:
        t.info(f"Servers get an external IPv4 address {way}.")
    t.summarize(f"Servers get an external IPv4 address {' or '.join(ways)}.")


def judge_choice(networks: list[Network], t: Testee) -> None:
    """A client that is told nothing knows which network to take."""
    requirement = "external-ipv4 v1, 2"
    _raise_if_unknown(networks)
    candidates = [network for network in networks if network.is_candidate]
    marked = [network for network in candidates if network.is_default]
    if len(candidates) == 1 or len(marked) == 1:
        t.summarize(f"Clients take `{(marked or candidates)[0].name}`.")
        return
    if not candidates:
        t.violation("There is no external network with IPv4 to choose.").required_by(requirement)
        return
    names = ", ".join(f"`{network.name}`" for network in candidates)
    problem = "more than one is marked as default" if marked else "none is marked as default (`is_default`)"
    t.violation(
        f"External IPv4 addresses come from {len(candidates)} networks ({names}), and {problem}: clients have to be told "
        "which to take."
    ).required_by(requirement)


def _raise_if_unknown(networks: list[Network]) -> None:
    unknown = [f"`{network.name}`" for network in networks if network.is_unknown]
    if unknown:
        raise Error(f"subnets of {', '.join(unknown)} are hidden from this user: whether they have IPv4 cannot be told")


def _why_not(network: Network, aliases: set[str]) -> str:
    if "router" not in aliases and not network.shared:
        return "is not shared, so that no server may be on it, and there are no routers: no server gets its addresses"
    return "has no IPv4 subnet from whose pools servers or floating IPs get addresses"


CHECK = Check(
    id="external-ipv4",
    version="1.0.0",
    title="External IPv4 addresses of servers: the way to one can be found out, and works",
    url="https://github.com/SovereignCloudStack/touchstone/tree/main/checks/external-ipv4",
    testcases=[
        Testcase(WAY, "A user finds out by reading in which way servers get an external IPv4 address."),
        Testcase(CHOICE, "There is one network that gives external IPv4 addresses, or one of them is marked as default."),
        Testcase(GATEWAY, "A router of the user's gets an IPv4 address on each network that gives floating IPs."),
    ],
    grants=[*GRANTS, "network GET /quotas/*", "network POST /routers max 4", "network GET /routers/*"],
    run=run,
)
