// The narrow port over a Docker engine: driven through dockerode, every call limited in time, every answer validated.

import type Docker from 'dockerode';
import { z } from 'zod';
import type { ContainerLimits, ContainerState } from './docker-state.ts';
import { containerState } from './docker-state.ts';
import { dockerError, isNotFound, isNotModified } from './docker-errors.ts';

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
  /** Its first characters, output and errors mixed. */
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
  exec(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** Processor time used since it started, in microseconds, and memory in use. */
  usage(id: string): Promise<{ readonly cpuMicros: number; readonly memoryBytes: number }>;
  /** Calls `onEvent` for events of these containers until it is closed; `onEnd` once when the stream ends unasked. */
  events(
    containerIds: readonly string[],
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

const defaultTimeoutMs = 10_000;
const shownCharacters = 2_000;

const listed = z.array(z.object({ Id: z.string() }));
const stats = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({ usage: z.number().optional() }),
});
const streamed = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number().nullish(),
  time: z.number(),
});

/** Connects to nothing yet: the first call does. */
export async function connectDocker(
  address: DockerAddress,
  timeoutMs: number = defaultTimeoutMs,
): Promise<DockerPort> {
  const { createClient } = await import('./docker-client.ts'); // heavy, and rarely needed
  const docker: Docker = await createClient(address);
  const call = async <Answer>(
    what: string,
    act: (abortSignal: AbortSignal) => Promise<Answer>,
    longerMs = 0,
  ): Promise<Answer> => {
    const abortSignal = AbortSignal.timeout(timeoutMs + longerMs);
    const late = new Promise<never>((_resolve, reject) => {
      abortSignal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
    });
    try {
      return await Promise.race([act(abortSignal), late]);
    } catch (error) {
      throw dockerError(address.host, what, error, abortSignal.aborted ? timeoutMs + longerMs : null);
    }
  };
  /** Acts on a container; what is so already is no error. */
  const change = async (
    what: string,
    act: (abortSignal: AbortSignal) => Promise<unknown>,
    longerMs = 0,
  ): Promise<void> => {
    await call(what, (signal) => act(signal).catch(unlessNotModified), longerMs);
  };
  const nonsense = (what: string): Error =>
    dockerError(address.host, what, new Error('answered in a way that Docker does not'), null);
  return {
    ping: async () => {
      await call('ping', () => docker.ping());
    },
    async list({ labels = [] }) {
      const filters = JSON.stringify({ label: labels });
      const answer = await call('list', (abortSignal) =>
        docker.listContainers({ all: true, filters, abortSignal }),
      );
      const { data } = listed.safeParse(answer);
      if (data === undefined) throw nonsense('list');
      return data.map(({ Id }) => Id);
    },
    async inspect(idOrName) {
      const answer = await call(`inspect ${idOrName}`, (abortSignal) =>
        docker
          .getContainer(idOrName)
          .inspect({ abortSignal })
          .catch((error: unknown) => {
            if (isNotFound(error)) return undefined;
            throw error;
          }),
      );
      if (answer === undefined) return undefined;
      return containerState(answer) ?? Promise.reject(nonsense(`inspect ${idOrName}`));
    },
    start: (id) => change('start', (abortSignal) => docker.getContainer(id).start({ abortSignal })),
    stop: (id, t) =>
      change('stop', (abortSignal) => docker.getContainer(id).stop({ t, abortSignal }), t * 1_000),
    restart: (id, t) =>
      change('restart', (abortSignal) => docker.getContainer(id).restart({ t, abortSignal }), t * 1_000),
    kill: (id, signal) =>
      change('kill', (abortSignal) => docker.getContainer(id).kill({ signal, abortSignal })),
    pause: (id) => change('pause', (abortSignal) => docker.getContainer(id).pause({ abortSignal })),
    unpause: (id) => change('unpause', (abortSignal) => docker.getContainer(id).unpause({ abortSignal })),
    update: (id, limits) =>
      change(
        'update',
        (abortSignal) =>
          docker
            .getContainer(id)
            .update({ ...asDocker(limits), abortSignal } as never) as unknown as Promise<unknown>,
      ),
    disconnect: (id, network) =>
      change(
        'disconnect',
        (abortSignal) =>
          docker
            .getNetwork(network)
            .disconnect({ Container: id, Force: true, abortSignal } as never) as unknown as Promise<unknown>,
      ),
    connect: (id, network, endpoint) =>
      change(
        'connect',
        (abortSignal) =>
          docker.getNetwork(network).connect({
            Container: id,
            EndpointConfig: endpoint,
            abortSignal,
          } as never) as unknown as Promise<unknown>,
      ),
    exec: (id, command, execTimeoutMs) =>
      call('exec', () => runExec(docker, id, command, execTimeoutMs), execTimeoutMs),
    async usage(id) {
      const answer: unknown = await call(
        'stats',
        () =>
          docker
            .getContainer(id)
            .stats({ stream: false, 'one-shot': true } as never) as unknown as Promise<unknown>,
      );
      const { data } = stats.safeParse(answer);
      if (data === undefined) throw nonsense('stats');
      return {
        cpuMicros: data.cpu_stats.cpu_usage.total_usage / 1_000,
        memoryBytes: data.memory_stats.usage ?? 0,
      };
    },
    events: (containerIds, onEvent, onEnd) =>
      call('events', () => watchEvents(docker, containerIds, onEvent, onEnd)),
  };
}

function unlessNotModified(error: unknown): undefined {
  if (isNotModified(error)) return undefined;
  throw error;
}

function asDocker(limits: Partial<ContainerLimits>): Record<string, number> {
  const names = {
    nanoCpus: 'NanoCpus',
    cpuQuota: 'CpuQuota',
    cpuPeriod: 'CpuPeriod',
    memoryBytes: 'Memory',
    memorySwapBytes: 'MemorySwap',
    memoryReservationBytes: 'MemoryReservation',
  } as const;
  return Object.fromEntries(
    Object.entries(limits).map(([key, value]) => [names[key as keyof ContainerLimits], value]),
  );
}

async function runExec(
  docker: Docker,
  id: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let output = '';
  stream.on('data', (chunk: Buffer) => {
    if (output.length < shownCharacters) output += chunk.toString('utf8');
  });
  const ended = await new Promise<boolean>((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const end = (settle: () => void) => () => {
      clearTimeout(timer);
      settle();
    };
    stream.once(
      'end',
      end(() => resolve(true)),
    );
    stream.once('error', (error: Error) => end(() => reject(error))());
  });
  if (!ended) stream.destroy();
  const { ExitCode: exitCode } = await exec.inspect();
  return { exitCode: ended ? exitCode : null, output: output.slice(0, shownCharacters) };
}

async function watchEvents(
  docker: Docker,
  containerIds: readonly string[],
  onEvent: (event: DockerEvent) => void,
  onEnd: (error: Error | null) => void,
): Promise<{ close(): void }> {
  const filters = JSON.stringify({ type: ['container'], container: [...containerIds] });
  const stream = await docker.getEvents({ filters });
  let closed = false;
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { data } = streamed.safeParse(JSON.parse(line === '' ? 'null' : line));
      if (data === undefined) continue;
      onEvent({
        action: data.Action,
        containerId: data.Actor.ID,
        atUnixMicros: data.timeNano == null ? data.time * 1_000_000 : Math.round(data.timeNano / 1_000),
        attributes: data.Actor.Attributes ?? {},
      });
    }
  });
  const end = (error: Error | null): void => {
    if (!closed) onEnd(error);
    closed = true;
  };
  stream.once('error', (error: Error) => end(error));
  stream.once('close', () => end(null));
  stream.once('end', () => end(null));
  return {
    close: () => {
      closed = true;
      (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
    },
  };
}
