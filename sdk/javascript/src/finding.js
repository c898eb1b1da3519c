import { CheckError } from "./error.js";

/**
 * A resource of the subject, e.g. `{ service: "compute", kind: "flavor", id: "7", name: "tiny" }`.
 * @typedef {object} Resource
 * @property {string} service service type: `compute`, `image`, …
 * @property {string} kind singular, as the API calls it: `flavor`, `image`, …
 * @property {string | null} [id] where it has one
 * @property {string | null} [name] where it has one
 */

/** Something that a check found out, for people. */
export class Finding {
  /**
   * @param {"info" | "warning" | "error"} severity
   * @param {string} message what is wrong, what was expected: one or two sentences of plain text
   */
  constructor(severity, message) {
    this.severity = severity;
    this.message = String(message);
    /** @type {Resource | null} */
    this.resource = null;
    /** @type {string | null} */
    this.requirement = null;
    /** @type {string | null} */
    this.remedy = null;
  }

  /**
   * Names the resource that it is about.
   * @param {Resource | { resource: Resource }} resource one of the objects of `touchstone-sdk/openstack` will do
   */
  about(resource) {
    const { service, kind, id = null, name = null } = "resource" in resource ? resource.resource : resource;
    if (typeof service !== "string" || typeof kind !== "string") {
      throw new CheckError("a resource has a `service` and a `kind`, and an `id` or a `name`");
    }
    this.resource = { service, kind, id, name };
    return this;
  }

  /**
   * Names the paragraph of the standard that asks for it.
   * @param {string} requirement
   */
  requiredBy(requirement) {
    this.requirement = requirement;
    return this;
  }

  /**
   * Gives the command that mends it, which is shown after the message.
   * @param {string} command see `command` of `touchstone-sdk/openstack`
   */
  mendedBy(command) {
    this.remedy = command;
    return this;
  }

  /** The message with the command that mends it, as hosts are told. */
  get fullMessage() {
    return this.remedy === null ? this.message : `${this.message} To mend it: ${this.remedy}`;
  }
}
