// The endpoints of a catalog, and the parts of their URLs.

import { officialType } from "touchstone-sdk/openstack";

/** Longer texts are cut where people are told of them. */
const SHOWN = 200;
const PORTS = { http: 80, https: 443 };

/** An endpoint, as far as its URL can be read. What cannot be is `null`. */
class Endpoint {
  constructor(service, endpoint) {
    /** Service type as the catalog says it, and as it is called officially. */
    this.serviceType = service.serviceType;
    this.type = officialType(service.serviceType);
    this.serviceName = service.name;
    this.interface = endpoint.interface;
    this.region = endpoint.region;
    const { scheme = null, host = null, port = null, hasUser = false } = parse(endpoint.url) ?? {};
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.hasUser = hasUser;
    const url = endpoint.url.replace(/\/\/[^/?#]*@/, "//…@");
    /** For people: of which service, and where, without a password. */
    this.shown = `${service.serviceType} ${url === "" ? "(empty)" : url.slice(0, SHOWN)}`;
  }

  /** Scheme, host and port, by which a connection is made; `null` if it is not a URL. */
  get origin() {
    return this.scheme === null ? null : `${this.scheme}://${this.host}:${this.port}`;
  }

  get resource() {
    return {
      service: "identity",
      kind: "endpoint",
      name: `${this.serviceName} (${this.serviceType}, ${this.interface})`,
    };
  }
}

/** All endpoints of a catalog, in its order. */
export function endpoints(catalog) {
  return catalog.flatMap((service) => service.endpoints.map((endpoint) => new Endpoint(service, endpoint)));
}

/** Scheme, host and port of a URL (RFC 3986, section 3); nothing if it has no scheme or no host. */
export function parse(url) {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#@]*)@)?(\[[^\]/?#@]*\]|[^/?#@:[\]]+)(?::(\d*))?(?=[/?#]|$)/i.exec(
    url,
  );
  if (parts === null || /[\s\\\p{Cc}]/u.test(url)) return null;
  const [, scheme, user, host, port] = parts;
  const number = port === undefined || port === "" ? PORTS[scheme.toLowerCase()] : Number(port);
  if (number === undefined || number < 1 || number > 65_535) return null;
  return { scheme: scheme.toLowerCase(), host: host.toLowerCase(), port: number, hasUser: user !== undefined };
}
