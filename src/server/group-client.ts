import type { GroupClient } from "../groups/group-request.js";

/** Of whom a request comes, as groups show it. */
export function groupClient(request: {
  readonly clientId: string | null;
  readonly clientHost: string;
  readonly version: number;
}): GroupClient {
  // Kafka prints an address as Java does.
  const clientHost = request.clientHost.startsWith("/") ? request.clientHost : `/${request.clientHost}`;
  return { clientId: request.clientId ?? "", clientHost, version: request.version };
}
