"""The language of grants, as hosts have it: `SERVICE METHOD PATTERN[#ACTION] [max N[, M GiB]]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ALIASES = {
    "admin-logic": ["registration"],
    "alarm": ["alarming"],
    "application-container": ["container"],
    "baremetal": ["bare-metal"],
    "block-storage": ["volumev3", "volumev2", "volume", "block-store"],
    "clustering": ["resource-cluster", "cluster"],
    "container-infrastructure-management": ["container-infrastructure", "container-infra"],
    "event": ["events"],
    "instance-ha": ["ha"],
    "message": ["messaging"],
    "meter": ["metering", "telemetry"],
    "monitoring-logging": ["monitoring-log-api"],
    "multi-region-network-automation": ["tricircle"],
    "operator-policy": ["policy"],
    "resource-optimization": ["infra-optim"],
    "root-cause-analysis": ["rca"],
    "shared-file-system": ["sharev2", "share"],
    "workflow": ["workflowv2"],
}
_OFFICIAL = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_READS = ("GET", "HEAD")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~!$&'()+,=:]")
_UNRESERVED = re.compile(rb"[A-Za-z0-9\-._~]")


def service_type(text: str) -> str:
    """The official name of a service type.

    Raises `ValueError` if it is none.
    """
    if not re.fullmatch(r"[a-z0-9-]{1,64}", text):
        raise ValueError(f"`{text}` is not a service type (lower-case letters, digits, `-`)")
    return _OFFICIAL.get(text, text)


def segments(path: str, *, wildcards: bool = False) -> list[str]:
    """The segments of a path below an endpoint, in their one spelling.

    Raises `ValueError` if it is no such path: dot segments, empty ones, what is encoded and must not be, and the like.
    """
    if path == "/":
        return []
    if not path.startswith("/"):
        raise ValueError(f"the path `{path}` does not begin with `/`")
    if len(path.encode()) > 2048:
        raise ValueError("the path is longer than 2048 bytes")
    return [part if wildcards and part in ("*", "**") else _segment(part, path) for part in path[1:].split("/")]


def _segment(text: str, path: str) -> str:
    if text in ("", ".", ".."):
        raise ValueError(f"the path `{path}` has an empty segment, or one of dots")
    normal, decoded, at = "", b"", 0
    while at < len(text):
        if text[at] != "%":
            if not _PLAIN.fullmatch(text[at]):
                raise ValueError(f"the path `{path}` has a `{text[at]}`, which must be percent-encoded or left out")
            normal += text[at]
            decoded += text[at].encode()
            at += 1
            continue
        digits = text[at + 1 : at + 3]
        if not re.fullmatch(r"[0-9A-Fa-f]{2}", digits):
            raise ValueError(f"the path `{path}` has a `%` without two hexadecimal digits")
        byte = bytes.fromhex(digits)
        if byte < b"\x20" or byte in b"\x7f./\\%":
            raise ValueError(f"the path `{path}` has a `%{digits}`, which is refused")
        normal += byte.decode() if _UNRESERVED.fullmatch(byte) else f"%{digits.upper()}"
        decoded += byte
        at += 3
    try:
        if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in decoded.decode()):
            raise ValueError(f"the path `{path}` has control characters")
    except UnicodeDecodeError:
        raise ValueError(f"the path `{path}` is not UTF-8") from None
    return normal


@dataclass(frozen=True)
class Grant:
    """The permission to make some calls to one service."""

    service: str
    method: str
    pattern: tuple[str, ...]
    deep: bool
    kind: str
    """`read`, `change`, `create` or `probe`."""
    action: str | None = None
    """The only member that the body of a change may have."""
    count: int = 0
    """How many things may be created."""
    gib: int | None = None
    """How many GiB they may have together. If there is none, nothing that has a size may be created."""

    def permits(self, service: str, method: str, path: list[str]) -> bool:
        """Whether service, method and path are those of the grant."""
        covered = self.method == method or (self.method, method) == ("GET", "HEAD")
        return self.service == service and covered and self.wildcards(path) is not None

    def wildcards(self, path: list[str]) -> list[str] | None:
        """The segments for which the pattern has a `*`, if it permits the path."""
        length = len(self.pattern)
        if (len(path) > length) != self.deep or len(path) < length:
            return None
        pairs = list(zip(self.pattern, path, strict=False))
        if any(expected not in ("*", given) for expected, given in pairs):
            return None
        return [given for expected, given in pairs if expected == "*"]


def parse(text: str) -> Grant:
    """Parses a grant.

    Raises `ValueError`, which says what is wrong, if it is none.
    """
    words = text.replace("\t", " ").split(" ")
    words = [word for word in words if word]
    if len(words) < 3:
        raise ValueError("a grant is `SERVICE METHOD PATTERN`")
    service, method, rest = service_type(words[0]), words[1], words[2]
    probes = method == "PROBE"
    method = "GET" if probes else method
    if method not in METHODS:
        raise ValueError(f"`{method}` is no method")
    path, hash, action = rest.partition("#")
    pattern = segments(path, wildcards=True)
    if "**" in pattern[:-1]:
        raise ValueError("`**` stands at the end of a pattern only")
    deep = pattern[-1:] == ["**"]
    pattern = pattern[:-1] if deep else pattern
    budget = _budget(words[3:])
    reads = method in _READS
    count, gib = 0, None
    if budget is not None:
        if method not in ("POST", "PUT") or hash:
            raise ValueError("only POST and PUT create, and creating has no action")
        kind = "create"
        count, gib = budget
    elif hash and (reads or not re.fullmatch(r"[A-Za-z0-9\-._:]{1,64}", action)):
        raise ValueError("an action stands behind what changes, and is a name")
    elif probes:
        kind = "probe"
    elif reads:
        kind = "read"
    elif "*" not in pattern:
        raise ValueError(f"a {method} creates (`max N`), or changes what the check created (`*` in its path)")
    else:
        kind = "change"
    if deep and not reads:
        raise ValueError("`**` is for reading only")
    return Grant(service, method, tuple(pattern), deep, kind, action if hash else None, count, gib)


def _budget(words: list[str]) -> tuple[int, int | None] | None:
    if not words:
        return None
    match = re.fullmatch(r"max ([1-9][0-9]{0,3})(?:, ([1-9][0-9]{0,3}) GiB)?", " ".join(words))
    if not match:
        raise ValueError(f"`{' '.join(words)}` is no budget: `max N` or `max N, M GiB`, with numbers up to 9999")
    return int(match[1]), int(match[2]) if match[2] else None
