// Whether a host is named so that a certificate can be verified against it.

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Top-level domains that are not in the public tree of names (RFC 6761, RFC 6762, RFC 8375, ICANN for `internal`). */
const SPECIAL_USE = ["internal", "local", "test", "invalid", "example", "home.arpa", "lan"];

/**
 * What keeps a host from being a fully qualified domain name, or `null`.
 * @param {string} host in lower case
 */
export function nameProblem(host) {
  if (host.startsWith("[")) return "is an IPv6 address";
  const labels = host.replace(/\.$/, "").split(".");
  const last = labels.at(-1);
  // As browsers and HTTP libraries read it: `127.1`, `0x7f.0.0.1` and `2130706433` are addresses, too.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return "is an IPv4 address";
  if (last === "localhost") return "is the machine of whoever asks";
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong !== undefined) return `is not a domain name: \`${wrong}\` cannot be a part of one`;
  if (host.length > 253) return "is not a domain name: it is too long";
  if (labels.length < 2) return "is not fully qualified: what it means depends on who asks";
  return null;
}

/**
 * The top-level domain of a name, if it is one that is not public, or `null`.
 * @param {string} host a domain name in lower case
 */
export function specialUse(host) {
  const name = host.replace(/\.$/, "");
  return SPECIAL_USE.find((domain) => name.endsWith(`.${domain}`)) ?? null;
}
