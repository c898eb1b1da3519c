"""One module for each standard. Each has `judge(cloud)`, which gives a `Judgement` for each testcase.

The helpers here are all that the modules share.
"""

from typing import NamedTuple

from cloud import DidNotFinish


class Judgement(NamedTuple):
    """What is to be said of a testcase, and why."""

    verdict: str
    reason: str


def passes(reason="as the standard asks"):
    return Judgement("PASS", reason)


def fails(reason):
    return Judgement("FAIL", reason)


def did_not_finish(reason):
    return Judgement("DNF", reason)


def unless_any(offenders, otherwise="nothing is wrong"):
    """FAIL with the first of the offenders (texts), PASS if there are none."""
    offenders = list(offenders)
    if not offenders:
        return passes(otherwise)
    more = f" (and {len(offenders) - 1} more)" if len(offenders) > 1 else ""
    return fails(offenders[0] + more)


def asked(question, *arguments):
    """The judgement that `question` gives, or DNF if the cloud does not answer."""
    try:
        return question(*arguments)
    except DidNotFinish as error:
        return did_not_finish(str(error))
