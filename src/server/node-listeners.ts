import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import type { NetworkError } from "../ports/index.js";
import type { ListenerInfo } from "./request.js";
import type { ListenObserver } from "./server-front.js";

export interface NodeListenersHost {
  /** All listeners are bound. */
  onListening(): void;
  onListenFailed(reason: string): void;
}

/** The ports that a node is bound to, and what it tells others of them. */
export class NodeListeners implements ListenObserver {
  /** By listener name. */
  readonly ports: Map<string, number>;
  private readonly config: NodeConfig;
  private readonly host: NodeListenersHost;

  constructor(config: NodeConfig, host: NodeListenersHost) {
    this.ports = new Map();
    this.config = config;
    this.host = host;
  }

  get areBound(): boolean {
    return this.config.listeners.every(({ name }) => this.ports.has(name));
  }

  onListening(listener: ListenerInfo, port: number): void {
    this.ports.set(listener.name, port);
    if (this.areBound) this.host.onListening();
  }

  onListenFailed(listener: ListenerInfo, error: NetworkError): void {
    const { host, port } = this.config.listeners.find(({ name }) => name === listener.name) as ListenerConfig;
    const advice =
      error.code === "EADDRINUSE" ? "Another process has it; stop that one, or choose another port." : error.message;
    this.host.onListenFailed(
      `The listener ${listener.name} cannot listen on ${host === "" ? "*" : host}:${port} (${error.code}). ${advice}`,
    );
  }

  /** Where brokers and clients reach this broker. */
  ofBroker(): ListenerConfig[] {
    return this.advertised(false);
  }

  /** Where brokers and controllers reach this controller. */
  ofController(): ListenerConfig[] {
    return this.advertised(true);
  }

  private advertised(isController: boolean): ListenerConfig[] {
    const { listeners, advertisedListeners, controllerListenerNames, quorumVoters, nodeId } = this.config;
    const told: ListenerConfig[] = [];
    for (const listener of listeners) {
      const { name } = listener;
      if (controllerListenerNames.includes(name) !== isController) continue;
      let { host, port, securityProtocol } = advertisedListeners.find((one) => one.name === name) ?? listener;
      const voter = quorumVoters.find(({ id }) => id === nodeId);
      if (isController && voter !== undefined && name === controllerListenerNames[0]) ({ host, port } = voter);
      if (port === 0) port = this.ports.get(name) ?? 0;
      told.push({ name, host, port, securityProtocol });
    }
    return told;
  }
}
