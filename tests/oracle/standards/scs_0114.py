"""SCS-0114-v1, volume types: `[scs:aspect1, aspect2, ..., aspectN]...` at the beginning of the description."""

import re

from standards import asked, fails, passes, unless_any

# Reading: whatever has no comma or bracket may be an aspect, and blanks around it do not count: what MUST be is the order,
# and that nothing is there twice; the manner is a "should". An empty list has neither fault. Others than `encrypted` and `replicated` "SHOULD
# NOT be referenced in the way this standard describes", which is no matter of syntax.
LIST = re.compile(r"\[scs:(?P<aspects>[^\[\]]*)\]")


def judge(cloud):
    return {
        "scs-0114-syntax-check": asked(syntax, cloud),
        "scs-0114-encrypted-type": asked(declared, cloud, "encrypted"),
        "scs-0114-replicated-type": asked(declared, cloud, "replicated"),
    }


def syntax(cloud):
    """"The aspects MUST be sorted alphabetically", and none be there twice.

    Reading: a description that does not begin with `[scs:` has no list of aspects, so nothing is wrong with it.
    """
    return unless_any(
        (
            f"{kind['name']}: {description(kind)}"
            for kind in regulated(cloud)
            if description(kind).startswith("[scs:") and not well_formed(kind)
        ),
        "all lists of aspects are well formed",
    )


def declared(cloud, aspect):
    """Reading: a list in the wrong order still declares what is in it; what is no list by the standard's pattern
    (no bracket) declares nothing."""
    for kind in regulated(cloud):
        if aspect in aspects(kind):
            return passes(f"{kind['name']} does")
    return fails(f"no volume type declares {aspect}")


def regulated(cloud):
    """Reading: the standard "does not have any requirements" about the type `__default__`, but a list in its description
    is a list like any other (0114-w1: "every volume type description")."""
    return cloud.volume_types()


def aspects(kind):
    """The aspects in the list at the beginning, in its order; none if there is no such list."""
    match = LIST.match(description(kind))
    return [aspect.strip() for aspect in match["aspects"].split(",")] if match and match["aspects"] else []


def well_formed(kind):
    listed = aspects(kind)
    return LIST.match(description(kind)) is not None and "" not in listed and listed == sorted(set(listed))


def description(kind):
    return kind.get("description") or ""
