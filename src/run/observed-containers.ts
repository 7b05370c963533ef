// What the target's containers use while a run lasts: about once a second each is looked at, and the engine's events are counted.

import type { DockerEvent, DockerPort } from '../faults/clients/docker-port.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { messageOf } from '../kernel/errors.ts';
import type { ContainerSeriesRecord } from '../record/observed-schema.ts';
import { type ContainerWatchRequest, watchedIds } from './container-events.ts';
import { lookIfDue, lookedAt, lookNotes, type LookedAt, type Lookout } from './container-looks.ts';

export interface ContainerObservation {
  /** Those that ran; times from the start of the load. */
  series(startAtMicros: number): readonly ContainerSeriesRecord[];
  /** What could not be looked at, and why; one sentence each. */
  notes(): readonly string[];
  close(): void;
}

/** By name: made anew by Compose a container has another id, and is the same to whoever promises something of it. */
interface Yard extends Lookout {
  readonly containers: Map<string, LookedAt>;
  readonly leftOut: Set<string>;
  readonly notes: string[];
  /** The engine has told all events so far. */
  eventsComplete: boolean;
}

/** Looks are due once a second (container-looks.ts). */
const tickMs = 250;
const lookTimeoutMs = 5_000;
const mostContainers = 50;

/** Of the containers that faults select, and with `observe: { docker: true }` of the target's own project. Never rejects. */
export async function observeContainers(
  request: ContainerWatchRequest,
  connect = connectDocker,
): Promise<ContainerObservation> {
  const { docker, clock, target } = request;
  const nothing: ContainerObservation = { series: () => [], notes: () => [], close: () => undefined };
  if (docker === null) return nothing;
  try {
    const engine = await connect(docker, lookTimeoutMs);
    const project = target.observe.docker ? target.docker.project : null;
    const containerIds = await watchedIds(engine, request, project);
    if (containerIds.length === 0 && project === null) return nothing;
    const unixOffsetMicros = Date.now() * 1_000 - clock.nowMicros();
    const kept = { containers: new Map<string, LookedAt>(), leftOut: new Set<string>(), notes: [] };
    return await openYard(
      { engine, clock, unixOffsetMicros, ...kept, eventsComplete: true },
      { containerIds, project },
    );
  } catch (error) {
    return { ...nothing, notes: () => [`containers were not watched: ${messageOf(error)}`] };
  }
}

async function openYard(
  yard: Yard,
  which: { readonly containerIds: readonly string[]; readonly project: string | null },
): Promise<ContainerObservation> {
  const closeEvents = await countEvents(yard, which);
  await findAll(yard, which.containerIds);
  if (yard.containers.size === 0) {
    const of = which.project === null ? 'that faults select' : `of the Compose project ${which.project}`;
    yard.notes.push(`no container ${of} was there when the run began`);
  }
  const lookAtAll = async (): Promise<void> => {
    await Promise.all([...yard.containers.values()].map((container) => lookIfDue(yard, container)));
  };
  await lookAtAll();
  const timer = setInterval(() => void lookAtAll(), tickMs);
  timer.unref();
  return {
    series: (startAtMicros) =>
      [...yard.containers.values()].flatMap(
        ({ figures }) => figures.series(startAtMicros, yard.eventsComplete) ?? [],
      ),
    notes: () => notesOf(yard),
    close: () => {
      clearInterval(timer);
      closeEvents();
    },
  };
}

async function findAll(yard: Yard, ids: readonly string[]): Promise<void> {
  const inspected = await Promise.allSettled(ids.map((id) => yard.engine.inspect(id)));
  for (const [index, found] of inspected.entries()) {
    if (found.status === 'rejected') {
      const id = ids[index]?.slice(0, 12) ?? '';
      yard.notes.push(`the container ${id} was not watched: ${messageOf(found.reason)}`);
    } else if (found.value !== undefined) {
      watchedAs(yard, found.value.name)?.figures.stands(found.value);
    }
  }
}

/** undefined: there are too many. */
function watchedAs(yard: Yard, name: string, hasRun = false): LookedAt | undefined {
  const known = yard.containers.get(name);
  if (known !== undefined) return known;
  if (yard.containers.size >= mostContainers) {
    yard.leftOut.add(name);
    return undefined;
  }
  const container = lookedAt(name, hasRun);
  yard.containers.set(name, container);
  return container;
}

/** Returns what ends it. */
async function countEvents(yard: Yard, which: Parameters<DockerPort['events']>[0]): Promise<() => void> {
  const onEvent = ({ action, attributes }: DockerEvent): void => {
    const name = attributes['name'];
    if (name === undefined) return;
    const known = yard.containers.get(name);
    if (known !== undefined) known.figures.event(action);
    // New to the project: this is its first start, and the next look finds it.
    else if (action === 'start') watchedAs(yard, name, true);
  };
  const lost = (why: string): void => {
    yard.eventsComplete = false;
    yard.notes.push(`restarts of containers, and whether they ran out of memory, are not known: ${why}`);
  };
  const onEnd = (error: Error | null): void =>
    lost(`the Docker engine stopped telling events${error === null ? '' : ` (${messageOf(error)})`}`);
  try {
    const stream = await yard.engine.events(which, onEvent, onEnd);
    return () => stream.close();
  } catch (error) {
    lost(messageOf(error));
    return () => undefined;
  }
}

function notesOf({ containers, leftOut, notes }: Yard): string[] {
  const unseen = `${leftOut.size} further containers were not watched: at most ${mostContainers} are`;
  return [...notes, ...lookNotes([...containers.values()]), ...(leftOut.size === 0 ? [] : [unseen])];
}
