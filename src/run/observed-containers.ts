// What the target's containers use while a run lasts: about once a second each is looked at, and the engine's events are counted.

import type { DockerAddress, DockerEvent, DockerPort } from '../faults/clients/docker-port.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { unlessAborted } from '../kernel/abort.ts';
import { messageOf } from '../kernel/errors.ts';
import type { ContainerSeriesRecord } from '../record/observed-schema.ts';
import { type ContainerWatchRequest, watchedIds } from './container-events.ts';
import { serviceOf } from './container-figures.ts';
import { lookIfDue, lookedAt, lookNotes, type LookedAt, type Lookout } from './container-looks.ts';

export interface ContainerObservation {
  /** Somebody wanted containers to be watched, whether or not it could be done. */
  readonly isAsked: boolean;
  /** Times from the start of the load. */
  series(startAtMicros: number): readonly ContainerSeriesRecord[];
  /** What could not be looked at, and why; one sentence each. */
  notes(): readonly string[];
  close(): void;
}

/** By name: made anew by Compose a container has another id, and is the same to whoever promises something of it. */
interface Yard extends Lookout {
  readonly containers: Map<string, LookedAt>;
  readonly leftOut: Set<string>;
  /** Services of which some container is not watched; `all`: it may be any of them. */
  readonly partial: Set<string>;
  isAllPartial: boolean;
  readonly notes: string[];
  /** The engine has told all events so far. */
  eventsComplete: boolean;
}

/** Looks are due once a second (container-looks.ts). */
const tickMs = 250;
const lookTimeoutMs = 5_000;
const mostContainers = 50;
const serviceLabel = 'com.docker.compose.service';

const nothing: ContainerObservation = {
  ...{ isAsked: false, series: () => [], notes: () => [] },
  close: () => undefined,
};

const unwatched = (why: string): ContainerObservation => ({
  ...nothing,
  isAsked: true,
  notes: () => [`containers were not watched: ${why}`],
});

interface ObserveRequest extends ContainerWatchRequest {
  /** The run is interrupted: an engine that does not answer is waited for no longer. */
  readonly signal: AbortSignal;
}

/** Of the containers that faults select, and with `observe: { docker: true }` of the target's own project. Never rejects. */
export async function observeContainers(
  request: ObserveRequest,
  connect = connectDocker,
): Promise<ContainerObservation> {
  const { docker, signal } = request;
  if (docker === null) return nothing;
  const opening = openFor({ ...request, docker }, connect);
  const instead = unwatched('the run was interrupted');
  const found = await unlessAborted(opening, signal, instead);
  if (found === instead) void opening.then((late) => late.close());
  return found;
}

async function openFor(
  request: ContainerWatchRequest & { readonly docker: DockerAddress },
  connect: typeof connectDocker,
): Promise<ContainerObservation> {
  const { docker, clock, target } = request;
  try {
    const engine = await connect(docker, lookTimeoutMs);
    const project = target.observe.docker ? target.docker.project : null;
    const containerIds = await watchedIds(engine, request, project);
    if (containerIds.length === 0 && project === null) return nothing;
    const unixOffsetMicros = Date.now() * 1_000 - clock.nowMicros();
    const kept = { containers: new Map<string, LookedAt>(), leftOut: new Set<string>(), notes: [] };
    // Of a service a fault may have chosen some.
    const known = { partial: new Set<string>(), isAllPartial: project === null };
    return await openYard(
      { engine, clock, unixOffsetMicros, ...kept, ...known, eventsComplete: true },
      { containerIds, project },
    );
  } catch (error) {
    return unwatched(messageOf(error));
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
    isAsked: true,
    series: (startAtMicros) =>
      [...yard.containers.values()].map(({ figures }) =>
        withPartial(yard, figures.series(startAtMicros, yard.eventsComplete)),
      ),
    notes: () => notesOf(yard),
    close: () => {
      clearInterval(timer);
      closeEvents();
    },
  };
}

function withPartial({ partial, isAllPartial }: Yard, series: ContainerSeriesRecord): ContainerSeriesRecord {
  const isPartial = series.service !== null && (isAllPartial || partial.has(series.service));
  return isPartial ? { ...series, servicePartial: true } : series;
}

async function findAll(yard: Yard, ids: readonly string[]): Promise<void> {
  const inspected = await Promise.allSettled(ids.map((id) => yard.engine.inspect(id)));
  for (const [index, found] of inspected.entries()) {
    if (found.status === 'rejected') {
      const id = ids[index]?.slice(0, 12) ?? '';
      yard.notes.push(`the container ${id} was not watched: ${messageOf(found.reason)}`);
      yard.isAllPartial = true;
    } else if (found.value !== undefined) {
      watchedAs(yard, found.value.name, serviceOf(found.value))?.figures.stands(found.value);
    }
  }
}

/** undefined: there are too many. */
function watchedAs(yard: Yard, name: string, service: string | null, hasRun = false): LookedAt | undefined {
  const known = yard.containers.get(name);
  if (known !== undefined) return known;
  if (yard.containers.size >= mostContainers) {
    yard.leftOut.add(name);
    if (service !== null) yard.partial.add(service);
    return undefined;
  }
  const container = lookedAt(name, hasRun, service);
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
    else if (action === 'start')
      watchedAs(
        yard,
        name,
        serviceOf({ service: attributes[serviceLabel] ?? null, labels: attributes }),
        true,
      );
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
