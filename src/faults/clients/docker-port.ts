// The narrow port over a Docker engine: what faults ask of it. docker.ts fills it through dockerode; tests by hand.

import type { NetworkState } from './docker-network.ts';
import type { ContainerLimits, ContainerState } from './docker-state.ts';
import type { ContainerUsage } from './docker-usage.ts';

/** What a container is given when it is connected to a network; every key as Docker's API spells it. */
export type EndpointConfig = { readonly [key: string]: unknown };

export interface DockerEvent {
  /** `die`, `oom`, `restart`, `health_status: unhealthy`… */
  readonly action: string;
  readonly containerId: string;
  /** Unix time. */
  readonly atUnixMicros: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ExecResult {
  /** null: it had not ended in time. */
  readonly exitCode: number | null;
  /** Its first characters, output and errors mixed; it has no terminal, so programs write no colours. */
  readonly output: string;
}

/**
 * Every call rejects with a MettleError (exit code 2) that bears one of `dockerErrors`. What is in the state that is asked
 * for already (stopping a stopped container) is no error.
 */
export interface DockerPort {
  /** Throws unless an engine answers. */
  ping(): Promise<void>;
  /** Full ids, of running and of ended containers alike. `labels`: `key` or `key=value`, all of which must hold. */
  list(filter: { readonly labels?: readonly string[] }): Promise<string[]>;
  /** By id or name; undefined when there is none. */
  inspect(idOrName: string): Promise<ContainerState | undefined>;
  start(id: string): Promise<void>;
  stop(id: string, graceSeconds: number): Promise<void>;
  restart(id: string, graceSeconds: number): Promise<void>;
  kill(id: string, signal: string): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  update(id: string, limits: Partial<ContainerLimits>): Promise<void>;
  disconnect(id: string, network: string): Promise<void>;
  connect(id: string, network: string, endpoint: EndpointConfig): Promise<void>;
  /** Its streams are closed when the time is over; the command itself may go on in the container. */
  exec(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** By name or id; undefined when there is none. */
  network(nameOrId: string): Promise<NetworkState | undefined>;
  /** By id or name; some engines answer once a second only, older ones after two. Rejects when there is none. */
  usage(idOrName: string): Promise<ContainerUsage>;
  /**
   * Calls `onEvent` for events of these containers, and of all that a Compose project has or gets meanwhile (`project`;
   * null: none), until it is closed; `onEnd` once when the stream ends unasked. What
   * cannot be understood is left out.
   */
  events(
    of: { readonly containerIds: readonly string[]; readonly project: string | null },
    onEvent: (event: DockerEvent) => void,
    onEnd: (error: Error | null) => void,
  ): Promise<{ close(): void }>;
}

export interface DockerAddress {
  /** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`; checked by the guard before. */
  readonly host: string;
  /** Folder with ca.pem, cert.pem and key.pem for an engine that wants TLS; null: none. */
  readonly certFolder: string | null;
}
