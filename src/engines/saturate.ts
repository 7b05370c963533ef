// As fast as the target answers: one flow of fixed requests over a number of connections, driven by autocannon.

import type { Sample } from '../measure/outcome.ts';
import type { EngineEnvironment } from './engine.ts';
import { exampleMaker } from './examples.ts';
import type { HttpStep } from './http-step.ts';
import { routeTo } from './route.ts';
import type { AutocannonRequest, StartCrowd } from './saturate-autocannon.ts';
import { loadAutocannon } from './saturate-autocannon.ts';
import type { SaturateClientPorts } from './saturate-client.ts';
import { SaturateClient } from './saturate-client.ts';
import { fixedRequests } from './saturate-requests.ts';
import type { SaturateStep, WalkPorts } from './saturate-walk.ts';
import { SaturateWalk } from './saturate-walk.ts';
import { createTlsClient } from './tls-client.ts';

/** What saturates: the steps of one flow, in order, again and again on each connection. */
interface CrowdSpec {
  /** `flow:<name>` */
  readonly series: string;
  readonly steps: readonly HttpStep[];
  readonly connections: number;
}

interface CrowdPorts {
  onSample(sample: Sample): void;
  onSkipped(series: string, atMicros: number, times: number): void;
  onIteration(what: 'began' | 'ended'): void;
}

/** Connections that are ready and not yet open. */
export interface Crowd {
  /**
   * Opens them, a few at a time so that none waits for the thread, and sends; no iteration begins at or after
   * `untilMicros` (machine's clock). Resolves when all have begun.
   */
  begin(untilMicros: number): Promise<void>;
  /** Begins no further iteration. */
  end(): void;
  /** Censors what is in flight. */
  cut(): void;
  /** Resolves when nothing is in flight and nothing will be. */
  readonly idle: Promise<void>;
}

/** Loaded once per thread; `prepare` once per load entry. Throws MettleError for what cannot be sent. */
export interface Saturator {
  prepare(spec: CrowdSpec, ports: CrowdPorts): Crowd;
}

/** Connections opened in one turn of the event loop. */
const batch = 50;

/** Imports autocannon. */
export async function openSaturator(environment: EngineEnvironment): Promise<Saturator> {
  const start = await loadAutocannon();
  return { prepare: (spec, ports) => prepareCrowd(spec, ports, environment, start) };
}

function prepareCrowd(
  spec: CrowdSpec,
  ports: CrowdPorts,
  environment: EngineEnvironment,
  start: StartCrowd,
): Crowd {
  const { origin, requests } = fixedRequests(spec.steps, environment);
  const route = routeTo(origin, environment.http);
  const walkPorts: WalkPorts = {
    onSample: (sample) => ports.onSample(sample),
    onSkipped: (...skipped) => ports.onSkipped(...skipped),
    onIteration: (what) => ports.onIteration(what),
    series: spec.series,
    examples: exampleMaker(environment.redact),
    steps: spec.steps.map((step, index) => stepOf(step, requests[index]?.path ?? '', environment)),
  };
  const clients: SaturateClient[] = [];
  let shared: readonly AutocannonRequest[] | undefined;
  let left = spec.connections;
  let allIdle: () => void = () => undefined;
  const idle = new Promise<void>((resolve) => (allIdle = resolve));
  const clientPorts: SaturateClientPorts = {
    route,
    tls: createTlsClient(environment),
    localAddress: environment.http.localAddress,
    nowMicros: environment.nowMicros,
    hosts: environment.hosts,
    onIdle: () => {
      left -= 1;
      if (left === 0) allIdle();
    },
  };
  start({
    origin,
    connections: spec.connections,
    requests: requests.map((request) => ({ ...request, path: `${route.pathPrefix}${request.path}` })),
    setup: (client) => {
      const walk = new SaturateWalk(walkPorts);
      clients.push(new SaturateClient(client, walk, (own) => (shared ??= own), clientPorts));
    },
  });
  return {
    begin: async (untilMicros) => {
      for (const [index, client] of clients.entries()) {
        client.begin(untilMicros);
        if (index % batch === batch - 1) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    end: () => clients.forEach((client) => client.end()),
    cut: () => clients.forEach((client) => client.cut()),
    idle,
  };
}

const stepOf = (step: HttpStep, path: string, { http }: EngineEnvironment): SaturateStep => ({
  series: step.name,
  method: step.method,
  path,
  timeoutMicros: step.timeoutMicros,
  connectTimeoutMicros: step.connectTimeoutMicros ?? http.connectTimeoutMicros,
  keepAlive: step.keepAlive ?? http.keepAlive,
  statuses: step.expect.statuses,
  onError: step.onError,
});
