"""Lists, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from touchstone_sdk.errors import Error
from touchstone_sdk.openstack.request import CallError, Request, Response

if TYPE_CHECKING:
    from touchstone_sdk.context import Context

MAX_PAGES = 2_000
"""More pages than any list has that a person would look at: a server that always offers a next page ends here."""


def pages(cx: Context, request: Request, collection: str) -> list[Any]:
    """Reads a list to its end, page by page, as the OpenStack APIs offer them: `{"flavors": […], "flavors_links":
    [{"rel": "next", "href": …}]}` (compute, block storage, network) or `{"images": […], "next": "…"}` (image).

    The query of a next link is followed; its host and path are not, so that a proxy's wrong base URL does no harm.

    Raises `Error` if a page cannot be had, is not what the API promises, or leads back to itself.
    """
    return pages_from(cx, request, cx.call(request), collection)


def pages_from(cx: Context, request: Request, first: Response | CallError, collection: str) -> list[Any]:
    """As `pages`, when the first page is already here."""
    items: list[Any] = []
    answer = first
    for _ in range(MAX_PAGES):
        page = answer.expect(request, 200)
        found = page.get(collection) if isinstance(page, dict) else None
        if not isinstance(found, list):
            raise Error(f"{request}: the answer has no list `{collection}`")
        items += found
        query = next_query(request, page, collection)
        if query is None:
            return items
        request = request.with_query(query)
        answer = cx.call(request)
    raise Error(f"{request}: more than {MAX_PAGES} pages")


def next_query(request: Request, page: dict[str, Any], collection: str) -> list[tuple[str, str]] | None:
    """The query of the next page, or nothing if this was the last one."""
    link = _next_link(page, collection)
    if link is None:
        return None
    # A list whose end cannot be told is not a whole list.
    if not isinstance(link, str):
        raise Error(f"{request}: the link to the next page is not a URL")
    query = _query_of(link)
    if not query or query == request.query:
        raise Error(f"{request}: the link to the next page leads back to the same page")
    return query


def _next_link(page: dict[str, Any], collection: str) -> Any:
    # cinder calls the links of its `volume_types` `volume_type_links`.
    singular = collection.removesuffix("s")
    names = (f"{collection}_links", f"{singular}_links", "links")
    links = next((page[name] for name in names if name in page), None)
    if isinstance(links, list):
        for link in links:
            if isinstance(link, dict) and link.get("rel") == "next":
                href = link.get("href")
                # A next link that is there and names nothing is not the same as none.
                return False if href is None else href
    elif isinstance(links, dict) and "next" in links:  # keystone
        return links["next"]
    return page.get("next")


def _query_of(link: str) -> list[tuple[str, str]]:
    _, _, query = link.partition("?")
    return parse_qsl(query.partition("#")[0], keep_blank_values=True, errors="replace")
