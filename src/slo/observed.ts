// What a record shows of the target's processes and containers, by the names that promises use.

import type { ContainerSeriesRecord, ProcessSeriesRecord } from '../record/observed-schema.ts';
import type { RunRecord } from '../record/schema.ts';

/** One moment of a process tree or a container; null: not shown of it. */
export interface Look {
  /** From the start of the load. */
  readonly atMicros: number;
  /** Of one core, since the look before. */
  readonly cpuShare: number;
  readonly memoryBytes: number | null;
  readonly threads: number | null;
  readonly openFiles: number | null;
  readonly sockets: number | null;
  readonly processes: number | null;
}

export interface Watched {
  /** As in a promise: `target`, `container:shop_db_1`. */
  readonly name: string;
  readonly isContainer: boolean;
  /** How many cores it may use; null: it is not known. */
  readonly cores: number | null;
  /** Of its service others were not watched, or it is not known. */
  readonly isServicePartial: boolean;
  /** null: it has none, or it is not known. */
  readonly memoryLimitBytes: number | null;
  /** null: not counted of it. */
  readonly restarts: number | null;
  readonly outOfMemory: number | null;
  readonly looks: readonly Look[];
}

export interface ObservedRecord {
  readonly processes: readonly ProcessSeriesRecord[];
  readonly containers?: readonly ContainerSeriesRecord[] | undefined;
}

const ofProcess = ({ name, cores, restarts, points }: ProcessSeriesRecord): Watched => ({
  ...{ name, isContainer: false, cores: cores ?? null, memoryLimitBytes: null },
  ...{ restarts: restarts ?? null, outOfMemory: null, isServicePartial: false },
  looks: points.map(({ atMicros, cpuShare, memoryBytes, threads, openFiles, sockets }) => ({
    ...{ atMicros, cpuShare, memoryBytes: memoryBytes ?? null, threads: threads ?? null },
    ...{ openFiles: openFiles ?? null, sockets: sockets ?? null, processes: null },
  })),
});

const ofContainer = (series: ContainerSeriesRecord): Watched => ({
  ...{ name: `container:${series.name}`, isContainer: true, cores: series.cores },
  ...{ memoryLimitBytes: series.memoryLimitBytes, restarts: series.restarts },
  ...{ outOfMemory: series.outOfMemory, isServicePartial: series.servicePartial === true },
  looks: series.points.map(({ atMicros, cpuShare, memoryBytes, processes }) => ({
    ...{ atMicros, cpuShare, memoryBytes, processes },
    ...{ threads: null, openFiles: null, sockets: null },
  })),
});

/** Process trees first. */
export const watchedIn = ({ processes, containers = [] }: ObservedRecord): Watched[] => [
  ...processes.map(ofProcess),
  ...containers.map(ofContainer),
];

/** What a promise's subject means: one process tree, one container, all containers of a service; at least one. */
export function watchedNamed({ processes, containers = [] }: ObservedRecord, subject: string): Watched[] {
  const service = /^service:(.+)$/.exec(subject)?.[1];
  if (service === undefined)
    return watchedIn({ processes, containers }).filter(({ name }) => name === subject);
  return containers.filter((series) => series.service === service).map(ofContainer);
}

/** Why there is nothing of that name, one sentence. */
export function whyNotWatched(
  run: ObservedRecord & Pick<RunRecord, 'target' | 'environment'>,
  subject: string,
): string {
  const services = (run.containers ?? []).flatMap(({ service }) => (service === null ? [] : [service]));
  const names = [...watchedIn(run).map(({ name }) => name), ...services.map((name) => `service:${name}`)];
  const known = names.length === 0 ? '' : ` (it has: ${[...new Set(names)].join(', ')})`;
  if (/^(?:container|service):/.test(subject)) {
    if (run.containers === undefined)
      return `no container was watched: \`${subject}\` needs \`observe: { docker: true }\` in the target file`;
    return run.containers.length === 0
      ? `nothing of \`${subject}\` is in this record: no container could be watched (the notes say why)`
      : `nothing of \`${subject}\` is in this record${known}`;
  }
  if (run.processes.length > 0) return `nothing of \`${subject}\` is in this record${known}`;
  if (run.target.kind === 'url')
    return `\`${subject}\` was not watched: Mettle has not started it, the target was given by its URL`;
  const { platform } = run.environment;
  if (platform !== 'linux')
    return `\`${subject}\` was not watched: processes are seen on Linux only, this run was on ${platform}`;
  return `\`${subject}\` was not watched: \`observe: { process: true }\` is not in the target file, or the run ended before the first look`;
}
