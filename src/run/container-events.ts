// What happens to containers while a run lasts: the engine tells it, and it is kept with the time of the load's clock.

import type { DockerAddress, DockerEvent, DockerPort } from '../faults/clients/docker-port.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { placed } from '../faults/registry.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { chosenFor } from './container-faults.ts';

export interface TargetEvent {
  /** Monotonic clock (kernel/clock). */
  readonly atMicros: number;
  /** `container shop_db_1`, `target` */
  readonly source: string;
  /** The container's name; null: it is none. */
  readonly container: string | null;
  readonly what: string;
}

export interface EventWatch {
  readonly events: () => readonly TargetEvent[];
  /** What was left out, and why nothing more was told. */
  readonly notes: () => readonly string[];
  close(): void;
}

export interface ContainerWatchRequest {
  /** The engine; null: nothing of this run needs one. */
  readonly docker: DockerAddress | null;
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  readonly seed: number;
  readonly clock: Clock;
}

const mostEvents = 200;
/** The engine's clock is believed as long as it says that an event is no older than this and not from the future. */
const oldestMicros = 2_000_000;

const words: Readonly<Record<string, string>> = {
  oom: 'out of memory',
  start: 'started',
  restart: 'restarted',
  pause: 'paused',
  unpause: 'let go on',
  destroy: 'removed',
  'health_status: healthy': 'healthy',
  'health_status: unhealthy': 'unhealthy',
};

/** In words; null: of no interest (commands run in it, signals sent to it, limits changed). */
export function eventWords({
  action,
  attributes,
}: Pick<DockerEvent, 'action' | 'attributes'>): string | null {
  if (action === 'die') return `died (exit code ${attributes['exitCode'] ?? 'unknown'})`;
  return words[action] ?? null;
}

/** Of the containers that faults select and of the target's own project. Never rejects: a run needs no events. */
export async function watchContainers(
  request: ContainerWatchRequest,
  connect = connectDocker,
): Promise<EventWatch> {
  const events: TargetEvent[] = [];
  const notes: string[] = [];
  let leftOut = 0;
  const { docker, clock } = request;
  const told = (): readonly string[] =>
    leftOut === 0 ? notes : [...notes, `${leftOut} further events of containers were left out`];
  const nothing: EventWatch = { events: () => events, notes: told, close: () => undefined };
  if (docker === null) return nothing;
  // One offset for the whole run: the wall clock may be set while it lasts.
  const unixOffsetMicros = Date.now() * 1_000 - clock.nowMicros();
  const onEvent = (event: DockerEvent): void => {
    const what = eventWords(event);
    if (what === null) return;
    if (events.length === mostEvents) {
      leftOut += 1;
      return;
    }
    const nowMicros = clock.nowMicros();
    const toldMicros = event.atUnixMicros - unixOffsetMicros;
    const believed = toldMicros <= nowMicros + 10_000 && toldMicros >= nowMicros - oldestMicros;
    const container = event.attributes['name'] ?? event.containerId.slice(0, 12);
    events.push({
      ...{ atMicros: believed ? toldMicros : nowMicros, source: `container ${container}`, container, what },
    });
  };
  const onEnd = (error: Error | null): void => {
    const why = error === null ? '' : `: ${messageOf(error)}`;
    notes.push(`the Docker engine stopped telling events before the end of the run${why}`);
  };
  try {
    const engine = await connect(docker);
    const { project } = request.target.docker;
    const ids = await watchedIds(engine, request, project);
    if (ids.length === 0 && project === null) return nothing;
    const stream = await engine.events({ containerIds: ids, project }, onEvent, onEnd);
    return { ...nothing, close: () => stream.close() };
  } catch (error) {
    notes.push(`events of containers were not watched: ${messageOf(error)}`);
    return nothing;
  }
}

/** Ids of those that faults select, and of all that the Compose project has (null: none). */
export async function watchedIds(
  engine: DockerPort,
  { scenario, target, seed }: Pick<ContainerWatchRequest, 'scenario' | 'target' | 'seed'>,
  project: string | null,
): Promise<readonly string[]> {
  const own =
    project === null ? [] : await engine.list({ labels: [`com.docker.compose.project=${project}`] });
  const chosen = await Promise.all(
    scenario.chaos
      .filter(({ fault, on }) => placed(fault, on).place === 'container')
      // What cannot be chosen is told by the injection.
      .map((fault) => chosenFor(fault, { engine, target, seed, held: new Set() }).catch(() => [])),
  );
  return [...new Set([...chosen.flat().map(({ id }) => id), ...own])];
}
