/** Official service types that have aliases, as OpenStack's service-types authority lists them. */
const ALIASES = {
  "admin-logic": ["registration"],
  alarm: ["alarming"],
  "application-container": ["container"],
  baremetal: ["bare-metal"],
  "block-storage": ["volumev3", "volumev2", "volume", "block-store"],
  clustering: ["resource-cluster", "cluster"],
  "container-infrastructure-management": ["container-infrastructure", "container-infra"],
  event: ["events"],
  "instance-ha": ["ha"],
  message: ["messaging"],
  meter: ["metering", "telemetry"],
  "monitoring-logging": ["monitoring-log-api"],
  "multi-region-network-automation": ["tricircle"],
  "operator-policy": ["policy"],
  "resource-optimization": ["infra-optim"],
  "root-cause-analysis": ["rca"],
  "shared-file-system": ["sharev2", "share"],
  workflow: ["workflowv2"],
};
const OFFICIAL = new Map(Object.entries(ALIASES).flatMap(([name, aliases]) => aliases.map((alias) => [alias, name])));

/**
 * The type of a service under its official name: `volumev3` is `block-storage`. A type that the authority does not
 * know stands for itself. Catalogs are written by people: upper case and `_` in place of `-` are tolerated.
 * @param {string} type
 */
export function officialType(type) {
  const plain = type.toLowerCase().replaceAll("_", "-");
  return OFFICIAL.get(plain) ?? plain;
}
