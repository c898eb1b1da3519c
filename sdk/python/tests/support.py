"""A check of one testcase for the tests."""

from __future__ import annotations

from collections.abc import Callable

from touchstone_sdk import Asset, Check, Context, Parameter, Testcase

GRANTS = (
    "compute GET /flavors/detail",
    "compute GET /flavors/*/os-extra_specs",
    "image GET /images",
    "volumev3 GET /volumes/*",
    "block-storage POST /volumes max 1, 2 GiB",
    "network POST /networks max 2",
    "network PUT /routers/*/add_router_interface max 1",
    "network PUT /routers/*/remove_router_interface#subnet_id",
    "network POST /routers max 1",
    "compute DELETE /servers/*",
    "object-store PROBE /",
)


def check(run: Callable[[Context], None]) -> Check:
    return Check(
        id="c",
        version="1.0.0",
        title="",
        url="",
        testcases=[Testcase("t", ""), Testcase("u", ""), Testcase("family-*", "")],
        grants=GRANTS,
        parameters=[Parameter("p", "")],
        assets=[Asset("a", "")],
        run=run,
    )
