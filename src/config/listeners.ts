import type { HostPort, ListenerConfig, SecurityProtocol } from "./node-config.js";
import type { Problems } from "./problems.js";

const PROTOCOLS: Readonly<Record<string, SecurityProtocol>> = { PLAINTEXT: 0, SSL: 1, SASL_PLAINTEXT: 2, SASL_SSL: 3 };
const LISTENER = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?\d+)$/;
const HOST_PORT = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?\[?([0-9a-zA-Z\-%._:]*)\]?:(\d+)$/;
const PORT_MAX = 65535;

export type ProtocolMap = ReadonlyMap<string, SecurityProtocol>;

/** HOST:PORT, also with a scheme, and an IPv6 address in brackets; null: it is none. */
export function parseHostPort(text: string): HostPort | null {
  const match = HOST_PORT.exec(text);
  if (match === null || Number(match[2]) > PORT_MAX) return null;
  return { host: match[1], port: Number(match[2]) };
}

/** `listener.security.protocol.map`, by the listener's name in upper case. */
export function protocolMap(
  text: string,
  isSet: boolean,
  listeners: readonly string[],
  controllerNames: readonly string[],
  problems: Problems,
): ProtocolMap {
  const name = "listener.security.protocol.map";
  const map = new Map<string, SecurityProtocol>();
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const colon = entry.lastIndexOf(":");
    const protocol =
      PROTOCOLS[
        entry
          .slice(colon + 1)
          .trim()
          .toUpperCase()
      ];
    if (colon < 1) problems.error(name, `each part must be NAME:PROTOCOL, which "${entry}" is not`);
    else if (protocol === undefined) {
      problems.error(name, `"${entry}" must name one of ${Object.keys(PROTOCOLS).join(", ")}`);
    } else map.set(entry.slice(0, colon).trim().toUpperCase(), protocol);
  }
  if (isSet) return map;
  // Unless something asks for more, controllers speak PLAINTEXT whatever their listener is called.
  const names = [...controllerNames, ...listeners.map((listener) => listener.split(":")[0].toUpperCase())];
  if (!names.some((each) => PROTOCOLS[each] > 0)) {
    for (const each of controllerNames) if (!map.has(each)) map.set(each, 0);
  }
  return map;
}

/** The endpoints that a property lists; those that are not allowed are told to `problems`. */
export function parseListeners(
  name: string,
  entries: readonly string[],
  protocols: ProtocolMap,
  areDistinct: boolean,
  problems: Problems,
): ListenerConfig[] {
  const found: ListenerConfig[] = [];
  for (const entry of entries) {
    const match = LISTENER.exec(entry);
    const port = match === null ? -1 : Number(match[3]);
    if (match === null || port < 0 || port > PORT_MAX) {
      problems.error(name, `each part must be NAME://HOST:PORT, which "${entry}" is not`);
      continue;
    }
    const listener = match[1].toUpperCase();
    const securityProtocol = protocols.get(listener);
    if (securityProtocol === undefined) {
      problems.error(name, `listener.security.protocol.map has no security protocol for the listener ${listener}`);
      continue;
    }
    if (found.some((each) => each.name === listener)) {
      problems.error(name, `each listener must have another name: ${listener} comes twice`);
    }
    found.push({ name: listener, host: match[2], port, securityProtocol });
  }
  if (areDistinct) checkPorts(name, found, problems);
  return found;
}

/** Port 0 lets the system choose. One port may serve an IPv4 and an IPv6 address. */
function checkPorts(name: string, listeners: readonly ListenerConfig[], problems: Problems): void {
  for (const port of new Set(listeners.map((listener) => listener.port))) {
    const same = listeners.filter((listener) => listener.port === port);
    if (port === 0 || same.length < 2) continue;
    const versions = same.map((listener) => addressVersion(listener.host)).sort();
    if (versions.join() !== "4,6") {
      problems.error(
        name,
        `each listener must have another port, unless one is IPv4 and one IPv6: ${port} comes twice`,
      );
    }
  }
}

/** 4 or 6 of an address, 0 of a name. */
function addressVersion(host: string): number {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split(".").every((part) => Number(part) <= 255)) return 4;
  return host.includes(":") ? 6 : 0;
}

export function protocolName(protocol: SecurityProtocol): string {
  return Object.keys(PROTOCOLS)[protocol];
}
