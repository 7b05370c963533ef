// CPU, memory, threads and open files of process trees, about once a second; where /proc is missing nothing is guessed.

import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import type { OpenFiles } from './open-files.ts';
import { countOpenFiles } from './open-files.ts';
import { readMemory, readProcesses } from './proc-readings.ts';
import type { MemoryReading, ProcessReading } from './proc-readings.ts';
import { cpuSecondsBetween, membersOf, rootKeyOf, treeMemory, treeThreads } from './process-tree-readings.ts';
import type { ProcessSample } from './system.ts';
import { usableCores } from './usable-cores.ts';

export interface ObservedTree {
  readonly name: string;
  /** The root at this moment, which leads a process group of its own; null: there is none. */
  readonly pid: () => number | null;
}

export interface Observation {
  readonly samples: () => readonly ProcessSample[];
  /** Between two looks, unless the last one was a moment ago. Never rejects. */
  readonly lookAgain: () => Promise<void>;
  /** Looks that failed, one sentence. */
  readonly notes: () => string[];
  readonly stop: () => void;
}

/** What is looked at; a fake in tests. All but `openFiles` may throw: then there is no look. */
export interface ProcPort {
  processes(): ProcessReading[];
  /** null: it is not shown. */
  memory(pid: number): MemoryReading | null;
  cores(pid: number): number;
  /** Never rejects. */
  openFiles(pids: readonly number[]): Promise<OpenFiles>;
}

const everyMs = 1_000;
/** The kernel counts CPU time in hundredths of a second: over less than this its share would be rough. */
const leastApartMicros = 500_000;
/** Counting descriptors may take a tenth of the time, whatever there is to count. */
const restPerWork = 10;

export const canObserveProcesses = process.platform === 'linux';

const linux: ProcPort = {
  processes: readProcesses,
  memory: readMemory,
  cores: (pid) => usableCores(pid),
  openFiles: (pids) => countOpenFiles(pids),
};

/** Samples until stopped. A process that ends between two looks, and that no member waits for, takes its last moments of CPU along. */
export function observeProcesses(trees: readonly ObservedTree[], clock: Clock): Observation {
  if (!canObserveProcesses || trees.length === 0)
    return {
      ...{ samples: () => [], lookAgain: () => Promise.resolve() },
      ...{ notes: () => [], stop: () => undefined },
    };
  const looks = new TreeLooks(trees, clock, linux);
  const timer = setInterval(() => void looks.look(), everyMs);
  timer.unref();
  return {
    samples: () => looks.samples,
    lookAgain: () => looks.lookAgain(),
    notes: () => looks.notes(),
    stop: () => {
      clearInterval(timer);
      looks.stop();
    },
  };
}

/** Every process of the machine at one look. */
interface Table {
  readonly atMicros: number;
  readonly processes: readonly ProcessReading[];
}

/** A tree at one look, before its descriptors are counted. */
interface Seen {
  readonly sample: ProcessSample;
  readonly living: readonly number[];
}

/** Looks that never overlap: one that is slow takes the place of the next. */
export class TreeLooks {
  readonly samples: ProcessSample[] = [];
  readonly #trees: readonly ObservedTree[];
  readonly #clock: Clock;
  readonly #proc: ProcPort;
  readonly #cores = new Map<string, number>();
  #before: Table | null = null;
  #looking = false;
  #stopped = false;
  #countFromMicros = 0;
  #looks = 0;
  #failures = 0;
  #firstFailure = '';

  constructor(trees: readonly ObservedTree[], clock: Clock, proc: ProcPort) {
    this.#trees = trees;
    this.#clock = clock;
    this.#proc = proc;
    this.#read();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    const seen = this.#read();
    const counted = await this.#count(seen);
    this.#looking = false;
    if (!this.#isStopped()) this.samples.push(...counted);
  }

  /** Never rejects. */
  async lookAgain(): Promise<void> {
    const since = this.#clock.nowMicros() - (this.#before?.atMicros ?? Number.NEGATIVE_INFINITY);
    if (since >= leastApartMicros) await this.look();
  }

  notes(): string[] {
    if (this.#failures === 0) return [];
    const times = `${this.#failures} of ${this.#looks} times`;
    return [`processes could not be looked at ${times}, first: ${this.#firstFailure}`];
  }

  /** A look that is under way leaves nothing. */
  stop(): void {
    this.#stopped = true;
  }

  readonly #isStopped = (): boolean => this.#stopped;

  /** Everything that belongs to one moment. Without descriptors of its own Mettle sees nothing of others for a while. */
  #read(): Seen[] {
    this.#looks += 1;
    try {
      const now: Table = { atMicros: this.#clock.nowMicros(), processes: this.#proc.processes() };
      const before = this.#before;
      const seen = before === null ? [] : this.#trees.flatMap((tree) => this.#readTree(tree, before, now));
      this.#before = now;
      return seen;
    } catch (error) {
      this.#failures += 1;
      this.#firstFailure ||= messageOf(error);
      return [];
    }
  }

  #readTree(tree: ObservedTree, before: Table, now: Table): Seen[] {
    const elapsedSeconds = (now.atMicros - before.atMicros) / 1_000_000;
    const pid = tree.pid();
    const members = pid === null ? [] : membersOf(pid, now.processes);
    const living = members.filter(({ ended }) => !ended);
    const root = pid === null ? null : rootKeyOf(pid, living);
    if (root === null || elapsedSeconds <= 0) return [];
    const threads = treeThreads(living);
    const memoryBytes = treeMemory(living.map((process) => this.#proc.memory(process.pid)));
    const sample: ProcessSample = {
      name: tree.name,
      atMicros: Math.round(now.atMicros),
      cpuShare: cpuSecondsBetween(before.processes, now.processes, members) / elapsedSeconds,
      ...(memoryBytes === null ? {} : { memoryBytes }),
      ...(threads === null ? {} : { threads }),
      root,
      cores: this.#coresOf(root),
    };
    return [{ sample, living: living.map((process) => process.pid) }];
  }

  /** Asked once for each root. */
  #coresOf(root: string): number {
    const cores = this.#cores.get(root) ?? this.#proc.cores(Number.parseInt(root, 10));
    this.#cores.set(root, cores);
    return cores;
  }

  async #count(seen: readonly Seen[]): Promise<ProcessSample[]> {
    const fromMicros = this.#clock.nowMicros();
    if (fromMicros < this.#countFromMicros) return seen.map(({ sample }) => sample);
    const samples: ProcessSample[] = [];
    for (const { sample, living } of seen)
      samples.push({ ...sample, ...(await this.#proc.openFiles(living)) });
    const nowMicros = this.#clock.nowMicros();
    this.#countFromMicros = nowMicros + restPerWork * (nowMicros - fromMicros);
    return samples;
  }
}
