"""Waiting until something is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from touchstone_sdk.errors import Error
from touchstone_sdk.openstack.request import Request

if TYPE_CHECKING:
    from touchstone_sdk.context import Context

T = TypeVar("T")

_FIRST_PAUSE = 500
_LONGEST_PAUSE = 5_000


def wait(cx: Context, limit: float, ask: Callable[[Context], T | None]) -> T | None:
    """Asks again and again, with growing pauses of 0.5 s to 5 s, until there is an answer; `None` if there is none after
    `limit` seconds. Time is counted by the pauses, so that it is the same when a run is replayed.

    Raises what `ask` raises, at once.
    """
    left, pause = round(limit * 1000), _FIRST_PAUSE
    while True:
        answer = ask(cx)
        if answer is not None:
            return answer
        if left <= 0:
            return None
        now = min(pause, left)
        cx.pause(now / 1000)
        left -= now
        pause = min(pause // 2 * 3, _LONGEST_PAUSE)


def wait_for_status(cx: Context, request: Request, pointer: str, wanted: Sequence[str], limit: float) -> str:
    """Waits until the text at `pointer` (`/volume/status`) in the answer to a read is one of `wanted`, or is one of those
    in which it will stay: any that holds `error`, in whatever case. Gives the text with which it ended. `limit` is in
    seconds.

    Raises `Error` if the read fails or answers another status than 200, or the text is still another one after `limit`.
    """
    last = ""

    def ask(cx: Context) -> str | None:
        nonlocal last
        value: Any = cx.call(request).expect(request, 200)
        for name in pointer.split("/")[1:]:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, str):
            raise Error(f"{request}: the answer has no text at {pointer}")
        last = value
        is_final = value.lower() in [text.lower() for text in wanted] or "error" in value.lower()
        return value if is_final else None

    found = wait(cx, limit, ask)
    if found is None:
        names = "` or `".join(wanted)
        raise Error(f"{request}: still `{last}` after {limit:g} s, not `{names}`")
    return found
