import { CheckError } from "../error.js";
import { any, read } from "../shape.js";
import { decodeLossy } from "../utf8.js";

/** More pages than any list has that a person would look at: a server that always offers a next page ends here. */
const MAX_PAGES = 2_000;

/**
 * Reads a list to its end, page by page, as the OpenStack APIs offer them: `{"flavors": […], "flavors_links":
 * [{"rel": "next", "href": …}]}` (compute, block storage, network) or `{"images": […], "next": "…"}` (image).
 *
 * The query of a next link is followed; its host and path are not, so that a proxy's wrong base URL does no harm.
 * Throws if a page cannot be had, is not what the API promises, or leads back to itself.
 * @param {import("../context.js").Context} cx
 * @param {import("./request.js").Request} request
 * @param {string} collection the name of the list in the answer
 * @param {any} [shape] of one item
 * @returns {any[]}
 */
export function getAll(cx, request, collection, shape = any) {
  const items = [];
  eachPage(cx, request, cx.call(request), collection, (page, where) => {
    page.forEach((item, i) => items.push(read(item, shape, `${where}[${i}]`)));
  });
  return items;
}

/**
 * Hands over page after page, as lists of what is in them.
 * @param {(items: any[], where: string) => void} each
 */
export function eachPage(cx, request, first, collection, each) {
  let answer = first;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const body = answer.expect(200, any);
    if (
      body === null ||
      typeof body !== "object" ||
      !Object.hasOwn(body, collection) ||
      !Array.isArray(body[collection])
    ) {
      throw new CheckError(`${request}: the answer has no list \`${collection}\``);
    }
    each(body[collection], `${request}: ${collection}`);
    const query = nextQuery(request, body, collection);
    if (query === null) return;
    request = request.withQuery(query);
    answer = cx.call(request);
  }
  throw new CheckError(`${request}: more than ${MAX_PAGES} pages`);
}

/** The query of the next page, or `null` if this was the last one. */
function nextQuery(request, page, collection) {
  const link = nextLink(page, collection);
  if (link === undefined || link === null) return null;
  // A list whose end cannot be told is not a whole list.
  if (typeof link !== "string") throw new CheckError(`${request}: the link to the next page is not a URL`);
  const query = queryOf(link);
  if (query.length === 0 || JSON.stringify(query) === JSON.stringify(request.query)) {
    throw new CheckError(`${request}: the link to the next page leads back to the same page`);
  }
  return query;
}

function nextLink(page, collection) {
  // cinder calls the links of its `volume_types` `volume_type_links`.
  const names = [`${collection}_links`, `${collection.replace(/s$/, "")}_links`, "links"];
  const name = names.find((candidate) => Object.hasOwn(page, candidate));
  const links = name === undefined ? undefined : page[name];
  if (Array.isArray(links)) {
    const next = links.find((link) => member(link, "rel") === "next");
    if (next !== undefined) return member(next, "href") ?? NOT_A_URL;
  } else if (member(links, "next") !== undefined) {
    // keystone
    return member(links, "next");
  }
  return member(page, "next");
}

/** What stands for a next link that is there and names nothing. */
const NOT_A_URL = false;

function member(value, name) {
  return value !== null && typeof value === "object" && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** @returns {[string, string][]} */
export function queryOf(link) {
  const at = link.indexOf("?");
  if (at < 0) return [];
  const pairs = link
    .slice(at + 1)
    .split("#")[0]
    .split("&")
    .filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [, name, value = ""] = /^([^=]*)=?(.*)$/s.exec(pair);
    return [decoded(name), decoded(value)];
  });
}

/** Decodes `application/x-www-form-urlencoded`; what is not valid stays as it is. */
function decoded(text) {
  const bytes = (run) => Uint8Array.from(run.match(/../g), (digits) => parseInt(digits, 16));
  return text
    .replaceAll("+", " ")
    .replace(/(%[0-9a-fA-F]{2})+/g, (run) => decodeLossy(bytes(run.replaceAll("%", ""))));
}
