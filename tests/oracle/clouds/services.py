"""Rules of security groups, the catalog, roles, the key manager, the console of servers, and what goes wrong."""


def right(rng, scenario):
    scenario["networks"] = [
        {
            "name": "public",
            "external": True,
            "subnets": [{"name": "public-v4", "cidr": "198.51.100.0/24", "gateway_ip": "198.51.100.1", "no_dhcp": True}],
        }
    ]
    scenario["default_security_group_rules"] = usual_rules()
    scenario["catalog"] = {"services": {}, "extra": [{"type": "object-store-s3", "name": "s3", "url": "/s3"}]}
    # Clients have to follow links, or to ask for extra specs one by one.
    scenario["pages"] = rng.choice([{}, {"flavors": 10, "images": 7}, {"images": 3, "volume_types": 2, "network": 3}])
    if rng.random() < 0.2:
        scenario["microversions"] = {"compute": "2.60"}


def usual_rules():
    return [
        {"direction": "egress", "ethertype": "IPv4"},
        {"direction": "egress", "ethertype": "IPv6"},
        {"direction": "ingress", "ethertype": "IPv4", "from_same_group": True, "used_in_other_groups": False},
        {"direction": "ingress", "ethertype": "IPv6", "from_same_group": True, "used_in_other_groups": False},
    ]


def rule(**values):
    """One rule more."""

    def change(rng, scenario):
        rules = scenario["default_security_group_rules"] or usual_rules()
        scenario["default_security_group_rules"] = [*rules, {"direction": "ingress", "ethertype": "IPv4", **values}]

    return change


def rules(*numbers, **values):
    """Only these of the usual rules, with these values."""

    def change(rng, scenario):
        scenario["default_security_group_rules"] = [usual_rules()[number] | values for number in numbers]

    return change


def no_default_rules(rng, scenario):
    scenario["default_security_group_rules"] = None


RULES = {
    "rules: an API without them": no_default_rules,
    "rules: none": rules(),
    "rules: no ingress": rules(0, 1),
    "rules: no egress": rules(2, 3),
    "rules: no egress for IPv6": rules(0, 2, 3),
    "rules: no egress for IPv4": rules(1, 2, 3),
    "rules: egress in default groups only": rules(0, 1, used_in_other_groups=False),
    "rules: egress in custom groups only": rules(0, 1, used_in_default_group=False),
    "rules: egress for web pages only": rules(0, 1, protocol="tcp", port=443),
    "rules: ping": rule(protocol="icmp"),
    "rules: SSH for IPv6": rule(ethertype="IPv6", protocol="tcp", port=22),
    "rules: ingress from a network": rule(remote_ip_prefix="10.0.0.0/8"),
    "rules: ingress in default groups": rule(used_in_other_groups=False),
    "rules: ingress in custom groups": rule(used_in_default_group=False),
    "rules: ingress in no groups": rule(used_in_default_group=False, used_in_other_groups=False),
    "rules: ingress within custom groups": rule(from_same_group=True),
    "rules: ingress within default groups, once more": rule(from_same_group=True, protocol="tcp", used_in_other_groups=False),
}


def listed(service, **entry):
    def change(rng, scenario):
        scenario["catalog"]["services"][service] = entry

    return change


def s3_entry(*types):
    def change(rng, scenario):
        scenario["catalog"]["extra"] = [{"type": kind, "name": "s3", "url": "/s3"} for kind in types]

    return change


def another_service(kind):
    def change(rng, scenario):
        scenario["catalog"]["extra"].append({"type": kind, "url": f"/{kind}"})

    return change


def no_s3(rng, scenario):
    scenario["object_store"] = {"s3": False}


def s3_says(answer):
    def change(rng, scenario):
        scenario["object_store"] = {"s3_answer": answer}

    return change


def no_s3_and_no_swift(rng, scenario):
    listed("object-store", absent=True)(rng, scenario)
    s3_entry()(rng, scenario)


def another_region(rng, scenario):
    scenario["catalog"]["extra_regions"] = ["RegionTwo"]


CATALOG = {f"catalog: no {service}": listed(service, absent=True) for service in ("load-balancer", "placement", "key-manager", "object-store")} | {
    "catalog: no block storage": listed("block-storage", absent=True),
    "catalog: no compute": listed("compute", absent=True),
    "catalog: no identity": listed("identity", absent=True),
    "catalog: no image service": listed("image", absent=True),
    "catalog: no network": listed("network", absent=True),
    "catalog: only volumev3": listed("block-storage", types=["volumev3"]),
    "catalog: only block-storage": listed("block-storage", types=["block-storage"]),
    "catalog: only volume": listed("block-storage", types=["volume"]),
    "catalog: block storage of a type that is none": listed("block-storage", types=["volumes"]),
    "catalog: a load balancer of a type that is none": listed("load-balancer", types=["loadbalancer"]),
    "catalog: a load balancer under its project's name": listed("load-balancer", types=["octavia"]),
    "catalog: a key manager of a type that is none": listed("key-manager", types=["keymanager"]),
    "catalog: images without a version": listed("image", endpoint="versioned"),
    "catalog: no S3": s3_entry(),
    "catalog: S3 as v1 calls it": s3_entry("s3"),
    "catalog: S3 under two names": s3_entry("s3", "object-store-s3"),
    "catalog: S3 with a capital": s3_entry("object-store-S3"),
    "catalog: neither S3 nor swift": no_s3_and_no_swift,
    "catalog: a swift without S3": no_s3,
    "catalog: an S3 that does not know the key": s3_says("invalid-access-key-id"),
    "catalog: an S3 for everybody": s3_says("anonymous-buckets"),
    "catalog: DNS, too": another_service("dns"),
    "catalog: another region": another_region,
}


def only_reader(rng, scenario):
    scenario["identity"] = {"users": [{"name": "demo", "password": "demo-password", "roles": ["reader"]}]}


def more_roles(rng, scenario):
    roles = ["member", "reader", "load-balancer_member"]
    scenario["identity"] = {"users": [{"name": "demo", "password": "demo-password", "roles": roles}]}


def secrets_for(*roles):
    def change(rng, scenario):
        scenario["key_manager"] = {"roles": list(roles)}

    return change


ACCESS = {
    "access: the user is a reader": only_reader,
    "access: the user has another role, too": more_roles,
    "access: secrets are for creators": secrets_for("creator", "admin"),
    "access: secrets are for admins": secrets_for("admin"),
    "access: secrets are for members": secrets_for("member"),
}


def prints(**sections):
    def change(rng, scenario):
        outputs = scenario.setdefault("console", {}).setdefault("outputs", {})
        outputs.update({name.replace("_", "-"): lines for name, lines in sections.items()})

    return change


def fips(failures):
    return [
        "rngtest 5",
        "rngtest: starting FIPS tests...",
        "rngtest: bits received from input: 20000032",
        f"rngtest: FIPS 140-2 successes: {1000 - failures}",
        f"rngtest: FIPS 140-2 failures: {failures}",
        "rngtest: FIPS 140-2(2001-10-10) Monobit: 0",
        f"rngtest: FIPS 140-2(2001-10-10) Runs: {failures}",
    ]


def silent(rng, scenario):
    scenario["console"] = {"silent": True}


CONSOLE = {f"console: {failures} failures": prints(fips_test=fips(failures)) for failures in range(7)} | {
    "console: 17 failures": prints(fips_test=fips(17)),
    "console: entropy of an old kernel": prints(entropy_avail=["3411"]),
    "console: little entropy": prints(entropy_avail=["255"]),
    "console: no entropy": prints(entropy_avail=["0"]),
    "console: entropy with more digits": prints(entropy_avail=["2560"]),
    "console: rngd is not running": prints(rngd=["     Active: inactive (dead)"]),
    "console: rngd has failed": prints(rngd=["     Active: failed (Result: exit-code) since Mon 2026-11-23 06:12:07 UTC"]),
    "console: no rngd": prints(rngd=["Unit rngd.service could not be found."]),
    "console: nothing about entropy": prints(entropy_avail=[]),
    "console: nothing about FIPS": prints(fips_test=[]),
    "console: nothing about rngd": prints(rngd=[]),
    "console: the number of failures is missing": prints(fips_test=fips(0)[:4]),
    "console: silent": silent,
}


def fault(service, kind, path="/**", **values):
    def change(rng, scenario):
        # The first fault that matches happens: those for one path come before those for all.
        faults = scenario.setdefault("faults", [])
        faults.insert(0 if path != "/**" else len(faults), {"service": service, "path": path, "kind": kind, **values})

    return change


def status(code, **values):
    return {"status": {"code": code, **values}}


FAULTS = {
    "fault: flavors answer 500": fault("compute", status(500), "/flavors/detail", method="GET"),
    "fault: flavors answer 403": fault("compute", status(403), "/flavors/detail", method="GET"),
    "fault: images answer 500": fault("image", status(500), "/images", method="GET"),
    "fault: images answer 403": fault("image", status(403), "/images", method="GET"),
    "fault: volume types answer 500": fault("block-storage", status(500), "/types", method="GET"),
    "fault: rules answer 500": fault("network", status(500), "/default-security-group-rules", method="GET"),
    "fault: flavors answer 503 once": fault("compute", status(503, retry_after=0), "/flavors/detail", times=1),
    "fault: images answer 503 once": fault("image", status(503, retry_after=0), "/images", times=1),
    "fault: secrets answer 500": fault("key-manager", status(500), "/secrets", method="POST"),
    "fault: secrets answer 403": fault("key-manager", status(403), "/secrets", method="POST"),
    "fault: backups cannot be made": fault("block-storage", status(500), "/backups", method="POST"),
    "fault: backups end in error": fault("block-storage", "fails-later", "/backups", method="POST"),
    "fault: backups cannot be restored": fault("block-storage", "fails-later", "/backups/*/restore", method="POST"),
    "fault: volumes cannot be made": fault("block-storage", status(500), "/volumes", method="POST"),
    "fault: servers cannot be made": fault("compute", status(500), "/servers", method="POST"),
    "fault: servers end in error": fault("compute", "fails-later", "/servers", method="POST"),
}

CHANGES = RULES | CATALOG | ACCESS | CONSOLE | FAULTS
