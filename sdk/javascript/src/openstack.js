/** The OpenStack API: requests and answers, and typed helpers for what checks often read. */
export { command } from "./openstack/command.js";
export { FLAVOR_GRANTS, Flavor, flavors } from "./openstack/flavors.js";
export { IMAGE_GRANTS, Image, eachImage, images } from "./openstack/images.js";
export { getAll } from "./openstack/pages.js";
export {
  Created,
  Request,
  Response,
  creation,
  get,
  head,
  patch,
  post,
  put,
  remove,
  segment,
} from "./openstack/request.js";
export { officialType } from "./openstack/service-types.js";
export { VOLUME_TYPE_GRANTS, VolumeType, volumeTypes } from "./openstack/volume-types.js";
export { wait, waitForStatus } from "./openstack/waiting.js";
