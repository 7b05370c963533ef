// One container while a run lasts: what each look at it adds, what the engine's events add, and the series of both.

import type { ContainerState } from '../faults/clients/docker-state.ts';
import type { ContainerUsage } from '../faults/clients/docker-usage.ts';
import type { ContainerSeriesRecord } from '../record/observed-schema.ts';

/** What the engine said at one look: first what it uses, then how it stands. */
export interface ContainerLook {
  /** Between these, by our own clock, its counters were read. */
  readonly askedMicros: number;
  readonly answeredMicros: number;
  /** Of the engine's clock to ours. */
  readonly unixOffsetMicros: number;
  readonly usage: ContainerUsage;
  readonly state: ContainerState;
}

export interface ContainerFigures {
  /** How it stands, told before the look is added; true: it was not the same run of it as the last time. */
  stands(state: ContainerState): boolean;
  add(look: ContainerLook): void;
  /** Of the engine: `start`, `oom`; others are of no interest. */
  event(action: string): void;
  /**
   * Without points where it never ran: it is missed by whoever promises something of its service. `eventsComplete`: the
   * engine has told all events; without them nobody knows how often it began anew between two looks.
   */
  series(startAtMicros: number, eventsComplete: boolean): ContainerSeriesRecord;
}

type Point = ContainerSeriesRecord['points'][number];

/** What is kept of the time before the load. */
const keptBeforeMicros = 10_000_000;
/** Over more than this a mean says too little of any moment in it. */
const longestGapMicros = 10_000_000;

const unixMicros = (iso: string): number => Date.parse(iso) * 1_000;

/** `compose run` makes a container beside those of the service, which is none of these. */
export const serviceOf = ({ service, labels }: Pick<ContainerState, 'service' | 'labels'>): string | null =>
  labels['com.docker.compose.oneoff']?.toLowerCase() === 'true' ? null : service;

/** `hasRun`: it is known to have run before, although nobody has looked yet; `service`: what is known of it then. */
export function containerFigures(
  name: string,
  hasRun = false,
  service: string | null = null,
): ContainerFigures {
  const points: Point[] = [];
  let first: ContainerLook | null = null;
  let last: ContainerLook | null = null;
  let stood: ContainerState | null = null;
  let ran = hasRun;
  const told = { restarts: 0, outOfMemory: 0 };
  const seen = { restarts: 0, outOfMemory: 0 };
  return {
    stands(state) {
      const anew = stood !== null && (stood.id !== state.id || stood.startedAt !== state.startedAt);
      if (stood !== null && anew && hasStarted(stood)) {
        seen.restarts += stood.id === state.id ? Math.max(1, state.restartCount - stood.restartCount) : 1;
      }
      if (stood !== null && state.oomKilled && state.finishedAt !== stood.finishedAt) seen.outOfMemory += 1;
      stood = state;
      ran ||= hasStarted(state);
      return anew;
    },
    add(look) {
      if (look.usage.readAtUnixMicros === null) return;
      const point = last === null ? null : pointBetween(last, look);
      if (point !== null) points.push(point);
      first ??= look;
      last = look;
    },
    event(action) {
      if (action === 'oom') told.outOfMemory += 1;
      if (action !== 'start') return;
      if (ran) told.restarts += 1;
      ran = true;
    },
    series(startAtMicros, eventsComplete) {
      // Each may miss some: looks what lies between them, events what was before the first of them.
      const restarts = Math.max(told.restarts, seen.restarts);
      const outOfMemory = Math.max(told.outOfMemory, seen.outOfMemory);
      return {
        ...{ name, service: stood === null ? service : serviceOf(stood) },
        ...(first === null ? { cores: null, memoryLimitBytes: null } : allowance(first)),
        ...(eventsComplete ? { restarts, outOfMemory } : { restarts: null, outOfMemory: null }),
        points: points
          .map((point) => ({ ...point, atMicros: Math.round(point.atMicros - startAtMicros) }))
          .filter(({ atMicros }) => atMicros >= -keptBeforeMicros),
      };
    },
  };
}

/** Docker says the year 1 for what has never been started. */
const hasStarted = ({ startedAt }: ContainerState): boolean => Date.parse(startedAt) > 0;

/** null: it began anew between the two looks, or they lie too far apart. */
export function pointBetween(before: ContainerLook, now: ContainerLook): Point | null {
  const [from, to] = [before.usage, now.usage];
  const { readAtUnixMicros, memoryBytes } = to;
  if (from.readAtUnixMicros === null || readAtUnixMicros === null || memoryBytes === null) return null;
  // Both by the engine's clock. `now.state` was asked for after its counters, so that it speaks of a run no older.
  const isSameRun =
    before.state.id === now.state.id && unixMicros(now.state.startedAt) <= from.readAtUnixMicros;
  const cpuMicros = to.cpuMicros - from.cpuMicros;
  if (!isSameRun || cpuMicros < 0) return null;
  // The engine knows best when it read, as long as its clock does not contradict ours.
  const elapsedMicros = within(
    readAtUnixMicros - from.readAtUnixMicros,
    now.askedMicros - before.answeredMicros,
    now.answeredMicros - before.askedMicros,
  );
  if (elapsedMicros <= 0 || elapsedMicros > longestGapMicros) return null;
  return {
    atMicros: within(readAtUnixMicros - now.unixOffsetMicros, now.askedMicros, now.answeredMicros),
    cpuShare: cpuMicros / elapsedMicros,
    memoryBytes,
    ...{ receivedBytes: to.receivedBytes, sentBytes: to.sentBytes, processes: to.processes },
  };
}

const within = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** What it may use, as it was at the first look: a fault may take some of it later. */
function allowance({
  state,
  usage,
}: ContainerLook): Pick<ContainerSeriesRecord, 'cores' | 'memoryLimitBytes'> {
  const { nanoCpus, cpuQuota, cpuPeriod, memoryBytes } = state.limits;
  const quota = cpuQuota > 0 ? cpuQuota / (cpuPeriod > 0 ? cpuPeriod : 100_000) : Infinity;
  const limit = nanoCpus > 0 ? nanoCpus / 1e9 : quota;
  const cores = Math.min(limit, state.boundCores ?? Infinity, usage.onlineCores ?? Infinity);
  // What is told with the counters is at most what the machine has; the kernel rounds to whole pages.
  const binds = memoryBytes > 0 && (usage.memoryLimitBytes ?? Infinity) > 0.99 * memoryBytes;
  return {
    cores: Number.isFinite(cores) ? cores : null,
    memoryLimitBytes: binds ? memoryBytes : null,
  };
}
