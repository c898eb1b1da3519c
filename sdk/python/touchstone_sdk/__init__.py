"""What an author of a check writes against.

A check is a `Check`: what it is called, which testcases it judges, which API calls it needs, and a function that does the
work. `touchstone check build` makes a WebAssembly component of it; `touchstone_sdk.testing` runs the same function under
plain `python3 -m unittest`, against scripted answers, without WebAssembly and without a cloud.

    from touchstone_sdk import Check, Context, Testcase, Testee, openstack

    def run(cx: Context) -> None:
        flavors = openstack.flavors(cx)

        @cx.judge("example-vcpus")
        def _(t: Testee) -> None:
            for flavor in flavors:
                if flavor.vcpus == 0:
                    t.violation("no vCPU").about(flavor).required_by("example standard, section 1")

    CHECK = Check(
        id="example-flavor-vcpus",
        version="1.0.0",
        title="Public flavors have at least one vCPU",
        url="https://example.org/standard",
        testcases=[Testcase("example-vcpus", "Each flavor has at least one vCPU.")],
        grants=openstack.FLAVOR_GRANTS,
        run=run,
    )

Three habits keep a check from passing a cloud that it should not pass:

- Say PASS only through `Context.judge`, which passes if nothing was found, and never if something went wrong.
- Let errors pass: a testcase that cannot be judged is DNF, with the error as its reason. Catch `Error` only where another
  testcase can be judged all the same.
- Treat what is missing in an answer as an error, not as a default: `openstack.field` and the typed helpers do.
"""

from touchstone_sdk import openstack
from touchstone_sdk.check import Asset, Check, Parameter, Testcase
from touchstone_sdk.context import Context, LogLevel, Testee
from touchstone_sdk.errors import Error
from touchstone_sdk.finding import Finding, Resource, Severity, Verdict

__version__ = "0.1.0"

__all__ = [
    "Asset", "Check", "Context", "Error", "Finding", "LogLevel", "Parameter", "Resource", "Severity", "Testcase", "Testee",
    "Verdict", "openstack",
]  # fmt: skip
