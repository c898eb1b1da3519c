// Whether endpoints complete a verified handshake, as far as probes can tell.
//
// A probe of a service is one GET at the root of the host of its public endpoint, by a client that speaks TLS 1.2 and
// 1.3 only, verifies certificates, and follows no redirect. That it is answered, whatever the status, proves the
// handshake.

import { CallError, CheckError } from "touchstone-sdk";

const REQUIREMENT = "catalog-tls-v1, paragraph 4";

/** Types of services that may be probed: those of OpenStack's service-types authority that have an API, and common others. */
const SERVICES = [
  "accelerator",
  "alarm",
  "application-catalog",
  "application-container",
  "backup",
  "baremetal",
  "baremetal-introspection",
  "block-storage",
  "cloudformation",
  "clustering",
  "compute",
  "container-infrastructure-management",
  "database",
  "dns",
  "event",
  "identity",
  "image",
  "instance-ha",
  "key-manager",
  "load-balancer",
  "message",
  "meter",
  "metric",
  "monitoring",
  "network",
  "object-store",
  "object-store-s3",
  "orchestration",
  "placement",
  "rating",
  "reservation",
  "resource-optimization",
  "root-cause-analysis",
  "s3",
  "shared-file-system",
  "workflow",
];

/** The grants that are needed. */
export const GRANTS = SERVICES.map((service) => `${service} PROBE /`);

/**
 * What a host says of a failed connection, and what that says of the endpoint. Whatever else it says is not a proof:
 * a network that fails, or a machine that is busy, is no violation.
 */
const TLS_PROBLEMS = [
  [
    "its certificate is of an authority that is not trusted",
    "its certificate is of an authority that those who run the check do not trust",
  ],
  ["its certificate is for another host name", "its certificate is for another host name"],
  ["its certificate has expired", "its certificate has expired"],
  ["it does not speak TLS", "what listens there does not speak TLS"],
  ["invalid peer certificate", "its certificate cannot be verified"],
  ["peer is incompatible", "it offers neither TLS 1.2 nor TLS 1.3 with a secure cipher suite"],
  ["received fatal alert: ProtocolVersion", "it refuses TLS 1.2 and TLS 1.3"],
  ["received fatal alert: HandshakeFailure", "it refuses every secure cipher suite of TLS 1.2 and TLS 1.3"],
  ["received fatal alert: InsufficientSecurity", "it refuses every secure cipher suite of TLS 1.2 and TLS 1.3"],
];

/** Judges the handshakes of endpoints. */
export function look(cx, open, t) {
  const origins = new Map(open.map((endpoint) => [endpoint.origin, endpoint]));
  const unknown = [];
  let verified = 0;
  for (const [origin, endpoint] of origins) {
    const { problem = null, why = null } = judge(cx, origin, endpoint, open);
    if (problem !== null) t.violation(`${endpoint.shown}: ${problem}`).about(endpoint).requiredBy(REQUIREMENT);
    else if (why !== null) unknown.push(why);
    else verified += 1;
  }
  if (unknown.length > 0) throw new CheckError(`it cannot be found out for all endpoints: ${unknown.join("; ")}`);
  if (verified === origins.size) t.summarize(`verified handshakes with all hosts of public endpoints: ${verified}`);
}

/** What is wrong with an origin, or why it cannot be told; neither if it completed a verified handshake. */
function judge(cx, origin, endpoint, open) {
  if (origin === null) return { why: `${endpoint.shown} is not a URL with a host` };
  return endpoint.scheme === "https" ? probed(cx, origin, open) : { problem: "is not HTTPS: there is no handshake" };
}

/** What comes of a probe that is certain to go to an origin. */
function probed(cx, origin, open) {
  let why = null;
  for (const type of new Set(
    open.filter((endpoint) => endpoint.origin === origin).map((endpoint) => endpoint.type),
  )) {
    const places = new Set(open.filter((endpoint) => endpoint.type === type).map((endpoint) => endpoint.origin));
    if (places.size > 1) {
      why ??= `${origin}: the catalog has several hosts for the service ${type}, and a probe reaches only one of them`;
    } else if (!SERVICES.includes(type)) {
      why ??= `${origin}: this check does not know the service type ${type}, and does not probe it`;
    } else {
      try {
        cx.probe(type, "/");
        return {};
      } catch (thrown) {
        if (!(thrown instanceof CallError)) throw thrown;
        const found = TLS_PROBLEMS.find(([words]) => thrown.kind === "unreachable" && thrown.message.includes(words));
        if (found !== undefined) return { problem: found[1] };
        why = thrown.message;
      }
    }
  }
  return { why };
}
