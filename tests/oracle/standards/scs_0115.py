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
    used in no group allows nothing.
    """
    for rule in template:
        if rule["direction"] != "ingress":
            continue
        if rule["used_in_other_groups"]:
            yield f"ingress {rule['ethertype']} in custom groups"
        elif rule["used_in_default_group"] and not rule["from_same_group"]:
            yield f"ingress {rule['ethertype']} in default groups from elsewhere"


def not_let_out(template):
    """"For ALL Security Groups SHOULD allow egress traffic for both IPv4 and IPv6."

    Reading: the testcase asks for that "SHOULD". A rule that lets only part of the traffic out will do: the standard
    allows rules that are stricter ("Design Considerations", 2).
    """
    for groups, used in GROUPS.items():
        for ethertype in ("IPv4", "IPv6"):
            if not any(r["direction"] == "egress" and r["ethertype"] == ethertype and r[used] for r in template):
                yield f"no egress {ethertype} in {groups}"
