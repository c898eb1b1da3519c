"""What a user of a simulated cloud gets to see, read from its scenario.

A scenario says what a cloud *has*; the standards are about what a user of it *finds*. This module is the only one
that knows the difference: hidden and private things, defaults of the simulator, and faults that keep a question from
being answered (`DidNotFinish`).
"""

import json
from datetime import date, datetime, timezone
from pathlib import Path

# The service types under which the simulator lists a service if the scenario does not say.
USUAL_TYPES = {
    "identity": ["identity"],
    "compute": ["compute"],
    "image": ["image"],
    "block-storage": ["block-storage", "volumev3"],
    "network": ["network"],
    "placement": ["placement"],
    "key-manager": ["key-manager"],
    "load-balancer": ["load-balancer"],
    "object-store": ["object-store"],
}

# Under which types a client that asks for a service finds it (OpenStack Service Types Authority).
ALIASES = {"block-storage": ["block-storage", "volumev3", "volumev2", "volume", "block-store"]}


class DidNotFinish(Exception):
    """The cloud did not answer: whether it fulfils the standard cannot be said."""


class Cloud:
    """A scenario, as a user of the cloud sees it at a point in time."""

    def __init__(self, scenario, reference_time):
        self.scenario = scenario
        self.now = reference_time
        self.today = reference_time.date()

    @classmethod
    def load(cls, path, reference_time):
        return cls(json.loads(Path(path).read_text(encoding="utf-8")), reference_time)

    def flavors(self):
        """Flavors that the project sees, each with its extra specs."""
        self.ask("compute", "GET", "/flavors/detail")
        seen = [f for f in self.scenario.get("flavors", []) if f.get("public", True) or f.get("access", False)]
        return [{"vcpus": 1, "ram": 1024, "disk": 0, "ephemeral": 0, "extra_specs": {}} | f for f in seen]

    def public_images(self):
        """Images with the visibility `public`, hidden ones too."""
        self.ask("image", "GET", "/images")
        images = [Image(i) for i in self.scenario.get("images", [])]
        return [image for image in images if image.visibility == "public"]

    def catalogued_images(self):
        """What the list of public images shows: those that are not hidden."""
        return [image for image in self.public_images() if not image.hidden]

    def volume_types(self):
        """Volume types that the project sees."""
        self.ask("block-storage", "GET", "/types")
        return [t for t in self.scenario.get("volume_types", []) if not t.get("private", False)]

    def default_rules(self):
        """The template of security groups' rules, or None where the API does not have it."""
        self.ask("network", "GET", "/default-security-group-rules")
        rules = self.scenario.get("default_security_group_rules", OPENSTACKS_OWN_RULES)
        if rules is None:
            return None
        return [{"used_in_default_group": True, "used_in_other_groups": True, "from_same_group": False} | r for r in rules]

    def service_types(self):
        """All service types in the catalog."""
        catalog = self.scenario.get("catalog", {})
        listed = []
        for service, usual in USUAL_TYPES.items():
            entry = catalog.get("services", {}).get(service, {})
            if not entry.get("absent", False):
                listed += entry.get("types") or usual
        return listed + [extra["type"] for extra in catalog.get("extra", [])]

    def has_service(self, service):
        """Whether a client that asks for this service finds it in the catalog."""
        return any(alias in self.service_types() for alias in ALIASES.get(service, [service]))

    def console(self):
        """What a server prints: the lines of each section, or None if it prints nothing at all."""
        console = self.scenario.get("console", {})
        return None if console.get("silent", False) else HEALTHY_CONSOLE | console.get("outputs", {})

    def speaks_s3(self):
        """Whether the host of the object store does."""
        return self.scenario.get("object_store", {}).get("s3", True)

    def secrets_are_for(self):
        """The roles that the key manager lets create, read and delete secrets."""
        return self.scenario.get("key_manager", {}).get("roles", ["member", "creator", "admin"])

    def roles(self):
        """The roles of the (only) user."""
        users = self.scenario.get("identity", {}).get("users") or [{}]
        return users[0].get("roles", ["member", "reader"])

    def ask(self, service, method, path):
        """Raises `DidNotFinish` if a request to the service is not answered as it should be."""
        if not self.has_service(service):
            raise DidNotFinish(f"the catalog has no {service}")
        fault = self.fault(service, method, path)
        if fault is not None:
            raise DidNotFinish(f"{service} answers {method} {path} with {fault}")

    def fault(self, service, method, path):
        """What always happens to a request instead of what should: a status, or `fails-later`. None if all is well.

        A fault that happens a limited number of `times` is none: the standards are about clouds, not about one
        request, and a client repeats what was answered with 503.
        """
        for fault in self.scenario.get("faults", []):
            concerned = fault.get("service") in (None, service) and fault.get("method") in (None, method)
            if concerned and "times" not in fault and path_matches(fault.get("path", "/**"), path):
                kind = fault["kind"]
                return kind["status"]["code"] if isinstance(kind, dict) else kind
        return None


class Image:
    """An image, with what every image has and its properties apart."""

    def __init__(self, given):
        self.name = given.get("name", "")
        self.visibility = given.get("visibility", "public")
        self.hidden = given.get("hidden", False)
        self.size = given.get("size", 600 << 20)
        self.min_disk = given.get("min_disk", 0)
        self.min_ram = given.get("min_ram", 0)
        self.hash_algo = "sha512"  # The simulator hashes every image so.
        # With `age_days` it depends on the day on which the simulation is run: then nobody may ask for it.
        self.created = date(2026, 1, 15) if "age_days" not in given else None
        self.properties = given.get("properties", {})

    def property(self, name):
        return self.properties.get(name)


# What OpenStack comes with, and so does the simulator.
OPENSTACKS_OWN_RULES = [
    {"direction": "egress", "ethertype": "IPv4"},
    {"direction": "egress", "ethertype": "IPv6"},
    {"direction": "ingress", "ethertype": "IPv4", "from_same_group": True, "used_in_other_groups": False},
    {"direction": "ingress", "ethertype": "IPv6", "from_same_group": True, "used_in_other_groups": False},
]

# What a server prints if the scenario does not say.
HEALTHY_CONSOLE = {
    "entropy-avail": ["256"],
    "fips-test": ["rngtest: FIPS 140-2 successes: 999", "rngtest: FIPS 140-2 failures: 1"],
    "rngd": ["     Active: active (running) since Mon 2026-11-23 06:12:07 UTC; 21s ago"],
}


def path_matches(pattern, path):
    """`*` stands for one segment, `**` at the end for any number of them."""
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        given = given[: len(wanted)] if len(given) >= len(wanted) else given
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given))


def parse_time(text):
    """A point in time as RFC 3339 writes it, with `Z`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
