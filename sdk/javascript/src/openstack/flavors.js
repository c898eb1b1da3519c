import { CheckError } from "../error.js";
import { any, integer, optional, read, strict } from "../shape.js";
import { eachPage, getAll } from "./pages.js";
import { get, segment } from "./request.js";

/** The grants that `flavors` needs. */
export const FLAVOR_GRANTS = Object.freeze(["compute GET /flavors/detail", "compute GET /flavors/*/os-extra_specs"]);

/** Since this microversion (Queens) the list of flavors holds their extra specs. */
const EXTRA_SPECS_IN_LIST = "2.61";

const LISTED = { id: String, name: String, vcpus: integer, ram: integer, disk: integer, extra_specs: optional(any) };

/** A flavor. */
export class Flavor {
  constructor({ id, name, vcpus, ram, disk }, extraSpecs) {
    /** @type {string} */
    this.id = id;
    /** @type {string} */
    this.name = name;
    /** @type {number} virtual CPUs */
    this.vcpus = vcpus;
    /** @type {number} memory in MiB */
    this.ramMib = ram;
    /** @type {number} root disk in GiB; 0 means none of its own */
    this.diskGib = disk;
    /** @type {Map<string, string>} */
    this.extraSpecs = extraSpecs;
  }

  get resource() {
    return { service: "compute", kind: "flavor", id: this.id, name: this.name };
  }
}

/**
 * All flavors that the user may see, with their extra specs, in the order of the API. Throws if the list or some
 * extra specs cannot be had, or are not what the API promises.
 *
 * One list with microversion 2.61; where a cloud is older than that, or its policy hides extra specs from lists, they
 * are read flavor by flavor, concurrently.
 * @param {import("../context.js").Context} cx
 * @returns {Flavor[]}
 */
export function flavors(cx) {
  const list = get("compute", "/flavors/detail");
  const modern = get("compute", "/flavors/detail", { microversion: EXTRA_SPECS_IN_LIST });
  const first = cx.call(modern);
  let listed = [];
  // 406: the cloud does not know the microversion; 400: it answers so where the header is malformed to its eyes.
  if (first.status === 400 || first.status === 406) {
    listed = getAll(cx, list, "flavors", LISTED);
  } else {
    eachPage(cx, modern, first, "flavors", (items, where) => {
      items.forEach((item, i) => listed.push(read(item, LISTED, `${where}[${i}]`)));
    });
  }
  const missing = listed.filter((flavor) => flavor.extra_specs === null);
  const asked = missing.map((flavor) => get("compute", `/flavors/${segment(flavor.id)}/os-extra_specs`));
  const answers = cx.callAll(asked);
  const byFlavor = new Map(
    missing.map((flavor, i) => [flavor, answers[i].expect(200, { extra_specs: any }).extra_specs]),
  );
  return listed.map((flavor) => {
    const specs = texts(flavor.extra_specs ?? byFlavor.get(flavor), flavor);
    return strict(new Flavor(flavor, specs), "a flavor");
  });
}

/** Extra specs are strings; a number or a truth value, as some proxies make of them, is taken by its spelling. */
function texts(specs, flavor) {
  if (specs === null || typeof specs !== "object" || Array.isArray(specs)) {
    throw new CheckError(`compute GET /flavors: the extra specs of the flavor ${flavor.id} are not an object`);
  }
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  return new Map(Object.entries(specs).map(([name, value]) => [name, text(value)]));
}
