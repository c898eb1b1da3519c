/**
 * What a check says about itself, and what it does.
 * @typedef {object} Check
 * @property {string} id lower-case letters, digits and `-`
 * @property {string} version semantic version, beginning with that of the standard
 * @property {string} title one line
 * @property {string} url where the standard's text is
 * @property {readonly { id: string, title: string }[]} testcases what it judges, in the order in which people expect them
 * @property {readonly string[]} grants the API calls that it needs, each `SERVICE METHOD PATTERN`, e.g.
 *   `compute GET /flavors/**`; in a pattern `*` stands for one segment, and a final `**` for one or more
 * @property {readonly { name: string, description: string, required: boolean }[]} parameters what a scope version gives it
 * @property {readonly { name: string, description: string, required: boolean }[]} assets inputs that the manifest pins
 * @property {(cx: import("./context.js").Context) => void} run does the work; what it throws makes every testcase without
 *   an outcome DNF
 */

const TEXTS = ["id", "version", "title", "url"];
const LISTS = { testcases: ["id", "title"], parameters: ["name", "description"], assets: ["name", "description"] };

/**
 * Declares a check. `parameters` and `assets` may be left out.
 *
 * Throws if the declaration is none: then the check cannot be built or tested, and the message says what to change.
 * @param {Omit<Check, "parameters" | "assets"> & Partial<Check>} declaration
 * @returns {Readonly<Check>}
 */
export function check(declaration) {
  const { grants = [], run, ...rest } = declaration;
  const wrong = (what) => new TypeError(`the declaration of the check \`${String(declaration.id)}\`: ${what}`);
  for (const name of Object.keys(rest)) {
    if (!TEXTS.includes(name) && !(name in LISTS)) throw wrong(`there is no \`${name}\``);
  }
  for (const name of TEXTS) {
    if (typeof rest[name] !== "string" || rest[name] === "") throw wrong(`\`${name}\` is a text, and needed`);
  }
  if (!/^[a-z0-9][a-z0-9-]*$/.test(rest.id)) {
    throw wrong("an `id` has lower-case letters, digits and `-`");
  }
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(rest.version)) {
    throw wrong("a `version` is written like `1.0.0`");
  }
  /** @type {any} */
  const lists = {};
  for (const [list, texts] of Object.entries(LISTS)) {
    const items = rest[list] ?? [];
    if (!Array.isArray(items)) throw wrong(`\`${list}\` is a list`);
    lists[list] = Object.freeze(items.map((item) => entry(item, list, texts, wrong)));
  }
  if (lists.testcases.length === 0) throw wrong("it judges no testcase");
  if (!Array.isArray(grants) || grants.some((grant) => typeof grant !== "string")) {
    throw wrong("`grants` is a list of texts");
  }
  if (typeof run !== "function") throw wrong("`run` is a function");
  return Object.freeze({ ...rest, ...lists, grants: Object.freeze([...grants]), run });
}

function entry(item, list, texts, wrong) {
  const kept = {};
  for (const name of texts) {
    if (typeof item?.[name] !== "string" || item[name] === "")
      throw wrong(`each of its \`${list}\` has a \`${name}\``);
    kept[name] = item[name];
  }
  if (list === "testcases") return Object.freeze(kept);
  if (typeof item.required !== "boolean") throw wrong(`each of its \`${list}\` says whether it is \`required\``);
  return Object.freeze({ ...kept, required: item.required });
}

/**
 * Whether a check lists a testcase, by its id or as one of a family (`scs-0104-image-*`).
 * @param {Readonly<Check>} check
 * @param {string} testcase
 */
export function lists(check, testcase) {
  return check.testcases.some(({ id }) =>
    id.endsWith("*") ? testcase.startsWith(id.slice(0, -1)) : id === testcase,
  );
}
