"""A check: what it says about itself, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchstone_sdk.context import Context


class Testcase:
    """A testcase: one thing that holds or does not."""

    __test__ = False  # pytest: this is none of yours.
    __slots__ = ("id", "title")

    def __init__(self, id: str, title: str) -> None:
        self.id = id
        """Unique in a scope, e.g. `scs-0103-flavor-1v-4`."""
        self.title = title
        """What it asserts, in one sentence."""


class Parameter:
    """A parameter that a scope version gives to a check."""

    __slots__ = ("description", "name", "required")

    def __init__(self, name: str, description: str, required: bool = False) -> None:
        self.name = name
        """Its name."""
        self.description = description
        """What it means, with unit and default."""
        self.required = required
        """Whether the check cannot work without it."""


class Asset:
    """An input that the manifest pins by SHA-256."""

    __slots__ = ("description", "name", "required")

    def __init__(self, name: str, description: str, required: bool = True) -> None:
        self.name = name
        """Its name."""
        self.description = description
        """What it holds."""
        self.required = required
        """Whether the check cannot work without it."""


class Check:
    """A check: what it says about itself, and what it does."""

    __slots__ = ("assets", "grants", "id", "parameters", "run", "testcases", "title", "url", "version")

    def __init__(
        self,
        *,
        id: str,
        version: str,
        title: str,
        url: str,
        testcases: Sequence[Testcase],
        grants: Sequence[str],
        run: Callable[[Context], None],
        parameters: Sequence[Parameter] = (),
        assets: Sequence[Asset] = (),
    ) -> None:
        self.id = id
        """Identifier: lower-case letters, digits and `-`, e.g. `scs-0103-standard-flavors`."""
        self.version = version
        """Semantic version, beginning with that of the standard."""
        self.title = title
        """One line."""
        self.url = url
        """Where the standard's text is."""
        self.testcases = tuple(testcases)
        """The testcases that it judges, in the order in which people expect them."""
        self.grants = tuple(grants)
        """The API calls that it needs, each `SERVICE METHOD PATTERN`, e.g. `compute GET /flavors/*/os-extra_specs`. In a
        pattern `*` stands for one segment and a final `**` for one or more. The manifest decides what is granted."""
        self.run = run
        """Does the work. An exception makes every testcase without an outcome DNF, with the error as the reason."""
        self.parameters = tuple(parameters)
        """Parameters that a scope version may or must give."""
        self.assets = tuple(assets)
        """Inputs that the manifest pins by hash."""
