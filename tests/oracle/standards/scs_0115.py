"""SCS-0115-v1, default rules for security groups: the section "Standard"."""

from standards import asked, passes, unless_any

GROUPS = {"default groups": "used_in_default_group", "custom groups": "used_in_other_groups"}


def judge(cloud):
    return {"scs-0115-default-rules": asked(rules, cloud)}


def rules(cloud):
    """Reading: of clouds whose API does not have the default rules (before OpenStack 2023.2) the standard asks
    nothing ("should only be applied onto versions of OpenStack that implement the new endpoint"); and their rules,
    which are fixed in OpenStack's code, are those that it wants."""
    template = cloud.default_rules()
    if template is None:
        return passes("the rules are those of OpenStack's code")
    return unless_any([*let_in(template), *not_let_out(template)], "nothing else gets in, and everything gets out")


def let_in(template):
    """"MUST NOT allow any other incoming traffic" than "from the same Security Group" in default ones.

    Reading: in custom groups there is no exception, not even for traffic from the same group. Reading: a rule that is
    used in no group may not be in the list either (0115-w1, "absence of any ingress default security group rule").
    """
    for rule in template:
        if rule["direction"] != "ingress":
            continue
        if rule["used_in_other_groups"]:
            yield f"ingress {rule['ethertype']} in custom groups"
        elif not rule["from_same_group"]:
            yield f"ingress {rule['ethertype']} in default groups from elsewhere"


def not_let_out(template):
    """"For ALL Security Groups SHOULD allow egress traffic for both IPv4 and IPv6."

    Reading: the testcase asks for that "SHOULD", and for all of the traffic, as the "Example" has it: "all egress traffic".
    A rule that lets only part of it out will not do.
    """
    for groups, used in GROUPS.items():
        for ethertype in ("IPv4", "IPv6"):
            if not any(r["direction"] == "egress" and r["ethertype"] == ethertype and r[used] and lets_all(r) for r in template):
                yield f"no egress {ethertype} in {groups}"


def lets_all(rule):
    """Whether the rule has no limit."""
    everywhere = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}[rule["ethertype"]]
    prefix = rule.get("remote_ip_prefix")
    limited = rule.get("protocol") or rule.get("port") or rule["from_same_group"]
    return not limited and prefix in (None, everywhere)
