"""Errors: whatever keeps a check from judging."""

from __future__ import annotations


class Error(Exception):
    """Why a check could not go on. Testcases that have no outcome yet become DNF, with this as the reason.

    The message is for people: what was tried, what happened instead.
    """


def described(error: BaseException) -> str:
    """An error as a reason: the message of an `Error`; of another one, which is the check's own fault, also its place."""
    if isinstance(error, Error):
        return str(error)
    place = ""
    traceback = error.__traceback__
    while traceback is not None:
        place = f" ({traceback.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return f"the check failed: {type(error).__name__}: {error}{place}"
