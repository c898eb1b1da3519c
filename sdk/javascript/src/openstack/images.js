import { any, optional, read, strict } from "../shape.js";
import { eachPage } from "./pages.js";
import { get } from "./request.js";

/** The grants that `images` and `eachImage` need. */
export const IMAGE_GRANTS = Object.freeze(["image GET /images"]);

/** What glance gives at most (`api_limit_max`, unless configured otherwise). Unasked it gives pages of 25. */
const PAGE = "1000";

const BASE = { id: String, name: optional(String), visibility: String, status: String };

/** An image. */
export class Image {
  constructor({ id, name, visibility, status }, properties) {
    /** @type {string} */
    this.id = id;
    /** @type {string | null} glance allows images without one */
    this.name = name;
    /** @type {string} `public`, `community`, `shared` or `private` */
    this.visibility = visibility;
    /** @type {string} `active`, `deactivated`, `queued`, … */
    this.status = status;
    /** All of it, as glance says it: the base attributes and the properties. */
    this.properties = properties;
  }

  /**
   * A property whose value is a text that is not empty, or `null`.
   * @param {string} name
   * @returns {string | null}
   */
  property(name) {
    const value = Object.hasOwn(this.properties, name) ? this.properties[name] : null;
    return typeof value === "string" && value !== "" ? value : null;
  }

  get resource() {
    return { service: "image", kind: "image", id: this.id, name: this.name };
  }
}

/**
 * All images that the user may see, with their properties, in the order of the API. Throws if the list cannot be had,
 * or is not what the API promises. A check that looks at a few properties of many images takes less memory with
 * `eachImage`.
 * @param {import("../context.js").Context} cx
 * @returns {Image[]}
 */
export function images(cx) {
  const found = [];
  eachImage(cx, any, (item) => {
    const base = read(item, BASE, "image GET /images: an image");
    found.push(strict(new Image(base, item), "an image"));
  });
  return found;
}

/**
 * Reads all images that the user may see, page by page, and hands over of each what `shape` asks for. Hidden images
 * are not among them: glance lists them only where they are asked for.
 *
 * The requests are those of `images`; whoever reads images this way or that shares the answers with other checks.
 * @param {import("../context.js").Context} cx
 * @param {unknown} shape e.g. `{ id: String, os_distro: optional(String) }`
 * @param {(image: any) => void} each
 */
export function eachImage(cx, shape, each) {
  const request = get("image", "/images", { query: { limit: PAGE } });
  eachPage(cx, request, cx.call(request), "images", (items, where) => {
    items.forEach((item, i) => each(read(item, shape, `${where}[${i}]`)));
  });
}
