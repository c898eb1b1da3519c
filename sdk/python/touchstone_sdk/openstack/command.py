"""Commands of the OpenStack client."""

from __future__ import annotations

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+")


def command(*words: str) -> str:
    """A command of the OpenStack client for `Finding.mended_by`: `openstack` and the words, each quoted where a shell would
    not take it as it is. Names and ids are the subject's words: pasted into a shell, they must do nothing.

    >>> command("image", "set", "--hidden", "4f1c")
    'openstack image set --hidden 4f1c'
    >>> print(command("image", "show", "it's; rm *"))
    openstack image show 'it'\\''s; rm *'
    """
    return " ".join(["openstack", *map(_quoted, words)])


def _quoted(word: str) -> str:
    if word and _PLAIN.issuperset(word):
        return word
    return "'" + word.replace("'", r"'\''") + "'"
