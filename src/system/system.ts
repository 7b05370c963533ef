// What the run sees of a system under test. Implemented beside this file; wired to journal and proxies by `run`.

import type { LinkPort, StandingProcess, Tracker } from '../kernel/ports.ts';

export interface SystemPorts {
  readonly tracker: Tracker;
  readonly links: LinkPort;
  /** Names that faults of this command use (`postgres`, `clients`, …): only these get a proxy in front. */
  readonly linked: ReadonlySet<string>;
  /** One line of progress for people (standard error). */
  readonly progress: (line: string) => void;
  /** Overrides of what variants and dependencies are given, e.g. `--set target.env.CACHE=off`. */
  readonly extraEnv: Readonly<Record<string, string>>;
}

export interface ProcessSample {
  readonly name: string;
  /** Monotonic clock (kernel/clock). */
  readonly atMicros: number;
  /** Of one core: 1 = one core busy. */
  readonly cpuShare: number;
  /** Absent, as what follows it: not shown here. */
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly openFiles?: number;
  /** Of the open files, those that are sockets. */
  readonly sockets?: number;
  /** Which process is its root, past any reuse of a pid. */
  readonly root: string;
  /** How many cores it may use. */
  readonly cores: number;
}

/** A variant that answers its ready check. */
export interface StartedVariant {
  /** Base URLs as clients see them: through the `clients` proxy when a fault uses it. */
  readonly http: string | null;
  readonly ws: string | null;
  /** Past any proxy: what is observed must not go through what is broken. */
  readonly directHttp: string | null;
  /** Client processes' own base URLs, by name (`via:` in steps). */
  readonly clients: Readonly<Record<string, string>>;
  /** What Mettle has started, by the names that faults use: `target`, clients, dependencies. */
  readonly processes: Readonly<Record<string, StandingProcess>>;
  readonly samples: () => readonly ProcessSample[];
  /** One more look at its processes, unless the last one was a moment ago: what came since it is in the samples then. */
  lookAgain(): Promise<void>;
  /** What could not be seen of them, one sentence each. */
  sampleNotes(): readonly string[];
  /** Resolves with one sentence when a process of the variant ends unasked; never rejects. */
  readonly died: Promise<string>;
  /** Stops its processes (graceful, then by force), drops its copy of the data. */
  stop(): Promise<void>;
}

/** The target and its dependencies for one command. Dependencies are up; variants start fresh for each run. */
export interface System {
  /** `logFile`: where everything the variant prints is kept. */
  start(variant: string, logFile: string): Promise<StartedVariant>;
  /** Stops the dependencies and removes what was created. Never throws; returns what could not be stopped. */
  stop(): Promise<readonly string[]>;
}
