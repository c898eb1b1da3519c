import { CheckError } from "../error.js";
import { any, read, strict } from "../shape.js";
import { getAll } from "./pages.js";
import { get } from "./request.js";

/** The grants that `volumeTypes` needs. */
export const VOLUME_TYPE_GRANTS = Object.freeze(["block-storage GET /types"]);

/** A volume type. */
export class VolumeType {
  constructor({ id, name }, description) {
    /** @type {string} */
    this.id = id;
    /** @type {string} */
    this.name = name;
    /** @type {string | null} cinder allows types without one */
    this.description = description;
  }

  get resource() {
    return { service: "block-storage", kind: "volume type", id: this.id, name: this.name };
  }
}

/**
 * All volume types that the user may see, in the order of the API. Throws if the list cannot be had, or is not what
 * the API promises.
 * @param {import("../context.js").Context} cx
 * @returns {VolumeType[]}
 */
export function volumeTypes(cx) {
  const request = get("block-storage", "/types");
  return getAll(cx, request, "volume_types").map((item) => {
    const where = `${request}: a volume type`;
    const base = read(item, { id: String, name: String, description: any }, where);
    // `null` says that there is none; to leave it out says nothing.
    if (base.description !== null && typeof base.description !== "string") {
      throw new CheckError(`${where} has a \`description\` that is no text`);
    }
    return strict(new VolumeType(base, base.description), "a volume type");
  });
}
