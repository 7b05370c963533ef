// A process that keeps its place: it may be ended on purpose and started again as it was, and its name goes on meaning it.

import type { Clock } from '../kernel/clock.ts';
import { sleep } from '../kernel/clock.ts';
import { messageOf, MettleError } from '../kernel/errors.ts';
import type { StandingProcess } from '../kernel/ports.ts';
import type { ProcessTree } from '../kernel/process-tree.ts';
import type { Child, ChildEnd } from './process.ts';
import { describeDeath } from './process.ts';
import type { ReadyWait } from './ready.ts';
import { waitUntilReady } from './ready.ts';
import type { Releases } from './release.ts';

export interface StandingRequest {
  /** For people: `toxic-detector (after)`. */
  readonly name: string;
  /** Starts it: the same command, environment, port and log each time. */
  readonly start: () => Promise<Child>;
  readonly ready: Pick<ReadyWait, 'probe' | 'asked' | 'withinMicros'>;
  readonly clock: Clock;
  /** What the first start created is added here, also when it never becomes ready. */
  readonly releases: Releases;
  /** Throws when nothing may be started any more. Asked once the first start has happened. */
  readonly checkpoint?: () => void;
}

export interface Standing extends StandingProcess {
  readonly name: string;
  /** Of its root; null while it is down on purpose: the number may be somebody else's by then. */
  pid(): number | null;
  /** How its root has ended; undefined while it runs. */
  end(): ChildEnd | undefined;
  /** One sentence about how it ended. */
  death(): string;
  /** Told in one sentence, each time it ends unasked; at once when it has. */
  onDeath(listener: (sentence: string) => void): void;
  /** Ends it for good, also in the middle of being started again. Throws what `Child.stop` throws; may be called again. */
  stop(): Promise<void>;
}

/** A port that was in use a moment ago may be so for a moment yet. */
const portPatienceMicros = 5_000_000;
const portPauseMicros = 250_000;

/** Starts it and waits until it is ready. Throws what starting and waiting throw (exit code 2). */
export async function standUp(request: StandingRequest): Promise<Standing> {
  const standing = new KeptPlace(request, await request.start());
  request.releases.add(() => standing.stop());
  request.checkpoint?.();
  await standing.untilReady();
  return standing;
}

class KeptPlace implements Standing {
  readonly name: string;
  readonly #request: StandingRequest;
  readonly #listeners: ((sentence: string) => void)[] = [];
  #child: Child;
  /** Its end is no news. */
  #expected = false;
  #stopped = false;
  #starting: Promise<void> | undefined;

  constructor(request: StandingRequest, first: Child) {
    this.name = request.name;
    this.#request = request;
    this.#child = first;
    this.#follow(first);
  }

  get tree(): ProcessTree {
    return this.#child.tree;
  }

  get endSignals(): readonly NodeJS.Signals[] {
    return this.#child.signals;
  }

  pid(): number | null {
    return this.#expected && this.end() !== undefined ? null : this.#child.pid;
  }

  end(): ChildEnd | undefined {
    return this.#child.end();
  }

  death(): string {
    return describeDeath(this.#child);
  }

  onDeath(listener: (sentence: string) => void): void {
    this.#listeners.push(listener);
    if (this.end() !== undefined && !this.#expected && !this.#stopped) listener(this.death());
  }

  expectEnd(): void {
    this.#expected = true;
  }

  async answers(): Promise<boolean> {
    return this.end() === undefined && (await this.#request.ready.probe()) === undefined;
  }

  async untilReady(): Promise<void> {
    const { name, ready, clock } = this.#request;
    await waitUntilReady({ ...ready, name, child: this.#child, clock });
  }

  startAgain(): Promise<void> {
    this.#starting ??= this.#replace().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child.stop();
    // One that was being started was told by the line above, or starts nothing any more.
    await this.#starting?.catch(() => undefined);
    await this.#child.stop();
  }

  async #replace(): Promise<void> {
    const { clock } = this.#request;
    this.#expected = true;
    await this.#child.stop();
    const deadlineMicros = clock.nowMicros() + portPatienceMicros;
    for (;;) {
      await this.#startNext();
      try {
        await this.untilReady();
        break;
      } catch (error) {
        if (!isPortTaken(error) || this.#stopped || clock.nowMicros() > deadlineMicros) throw error;
        await this.#child.stop();
        await sleep(clock, portPauseMicros);
      }
    }
    this.#expected = false;
  }

  async #startNext(): Promise<void> {
    this.#requireGoing();
    const next = await this.#request.start();
    this.#child = next;
    this.#follow(next);
    this.#requireGoing();
  }

  /** What was started in spite of it is stopped by `stop`, which waits for this. */
  #requireGoing(): void {
    if (this.#stopped) throw stoppedMeanwhile(this.name);
  }

  #follow(child: Child): void {
    void child.ended.then(() => {
      if (child !== this.#child || this.#expected || this.#stopped) return;
      for (const listener of this.#listeners) listener(describeDeath(child));
    });
  }
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof MettleError &&
  error.code === 'TARGET_ENDED' &&
  /EADDRINUSE|address already in use/i.test(messageOf(error));

const stoppedMeanwhile = (name: string): MettleError =>
  new MettleError({
    code: 'SYSTEM_STOPPED',
    message: `${name} was stopped while it was being started again`,
    exitCode: 130,
  });
