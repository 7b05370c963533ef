// The stages of one direction of one connection, kept in step with the proxy's toxics without losing or reordering a byte.

import type { Random } from '../kernel/random.ts';
import { Draws } from './draw.ts';
import type { Cancel, Scheduler } from './schedule.ts';
import type { LiveToxic } from './toxic-chain.ts';
import type { Chunk, Stage, StageContext } from './toxics/toxic.ts';

/** Where a chain lets go of what it is given, and what its stages may do to the connection. */
export interface ChainOutlet {
  readonly scheduler: Scheduler;
  deliver(chunk: Chunk): void;
  /** The end of the stream has left the last stage. */
  finish(): void;
  /** A timer of a stage has run: what is held may have changed. */
  settle(): void;
  close(): void;
  reset(): void;
}

interface Mounted {
  readonly toxic: LiveToxic;
  readonly stage: Stage;
  readonly timers: Set<Cancel>;
  /** The last update that the stage was told of. */
  revision: number;
  /** The end of the stream has reached it, has left it. */
  ended: boolean;
  passedEnd: boolean;
}

export class StageChain {
  private mounted: Mounted[] = [];
  private readonly draws: Draws;
  private readonly outlet: ChainOutlet;
  private finished = false;
  /** A stage has ended the stream itself: with its end the connection closes. */
  private closing = false;
  private disposed = false;

  constructor(outlet: ChainOutlet, seed: () => number) {
    this.outlet = outlet;
    this.draws = new Draws(seed);
  }

  get empty(): boolean {
    return this.mounted.length === 0;
  }

  /** True while a stage holds more than its share: the source must wait. */
  get full(): boolean {
    return this.mounted.some(({ stage, toxic }) => (stage.heldBytes?.() ?? 0) > toxic.kind.holdBytes);
  }

  receive(chunk: Chunk): void {
    this.hand(0, chunk);
  }

  end(): void {
    this.handEnd(0);
  }

  /** Unmounts what is gone, mounts what is new, tells what has changed. Stages keep the order of the toxics. */
  sync(toxics: readonly LiveToxic[]): void {
    const wanted = toxics
      .map((toxic) => ({ toxic, draw: this.draws.decide(toxic) }))
      .filter(({ draw }) => draw.affected);
    this.draws.keepOnly(toxics);
    for (const mounted of this.mounted) {
      if (!wanted.some(({ toxic }) => toxic === mounted.toxic)) this.unmount(mounted);
    }
    let index = 0;
    for (const { toxic, draw } of wanted) {
      if (this.disposed) return;
      if (this.mounted[index]?.toxic !== toxic && !this.mount(index, toxic, draw.random)) continue;
      this.refresh(this.mounted[index]);
      index += 1;
    }
  }

  /** Drops everything held and cancels every timer. */
  dispose(): void {
    this.disposed = true;
    for (const mounted of this.mounted) cancelTimers(mounted);
    this.mounted = [];
  }

  /** False where the end of the stream has already passed: nothing is left for the toxic to do. */
  private mount(index: number, toxic: LiveToxic, random: Random): boolean {
    const next = this.mounted[index];
    if (next === undefined ? this.finished : next.ended) return false;
    const timers = new Set<Cancel>();
    const place: { mounted?: Mounted } = {};
    const stage = toxic.kind.mount(this.context(toxic, random, timers, place));
    place.mounted = { toxic, stage, timers, revision: toxic.revision, ended: false, passedEnd: false };
    this.mounted.splice(index, 0, place.mounted);
    return true;
  }

  private refresh(mounted: Mounted | undefined): void {
    if (mounted === undefined || mounted.revision === mounted.toxic.revision) return;
    mounted.revision = mounted.toxic.revision;
    mounted.stage.update?.();
  }

  private unmount(mounted: Mounted): void {
    mounted.stage.remove?.();
    cancelTimers(mounted);
    if (this.disposed) return;
    this.passEnd(mounted);
    this.mounted = this.mounted.filter((other) => other !== mounted);
  }

  private context(
    toxic: LiveToxic,
    random: Random,
    timers: Set<Cancel>,
    place: { readonly mounted?: Mounted },
  ): StageContext<string> {
    const { scheduler } = this.outlet;
    return {
      random,
      attributes: () => toxic.settings.attributes,
      nowMicros: () => scheduler.nowMicros(),
      at: (atMicros, callback) => this.at(atMicros, callback, timers),
      pass: (chunk) => {
        const index = place.mounted === undefined ? -1 : this.mounted.indexOf(place.mounted);
        if (index >= 0) this.hand(index + 1, chunk);
      },
      end: () => {
        if (place.mounted !== undefined) this.passEnd(place.mounted);
      },
      close: () => this.close(place.mounted),
      reset: () => this.outlet.reset(),
    };
  }

  private at(atMicros: number, callback: () => void, timers: Set<Cancel>): Cancel {
    if (this.disposed) return () => undefined;
    const cancel = this.outlet.scheduler.at(atMicros, () => {
      timers.delete(cancel);
      callback();
      this.outlet.settle();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  /** Nothing follows the end: what comes after a stage has closed is dropped. */
  private hand(index: number, chunk: Chunk): void {
    if (this.disposed) return;
    const next = this.mounted[index];
    if (next === undefined ? this.finished : next.ended) return;
    if (next === undefined) this.outlet.deliver(chunk);
    else next.stage.receive(chunk);
  }

  private handEnd(index: number): void {
    const next = this.mounted[index];
    if (next === undefined ? this.finished : next.ended) return;
    if (next === undefined) {
      this.finished = true;
      if (this.closing) this.outlet.close();
      else this.outlet.finish();
      return;
    }
    next.ended = true;
    if (next.stage.end === undefined) this.passEnd(next);
    else next.stage.end();
  }

  /** Toxics behind it still have their way with what it passed on, and with the end. */
  private close(mounted: Mounted | undefined): void {
    this.closing = true;
    if (mounted === undefined || this.finished) {
      this.outlet.close();
      return;
    }
    mounted.ended = true;
    this.passEnd(mounted);
  }

  private passEnd(mounted: Mounted): void {
    if (this.disposed || !mounted.ended || mounted.passedEnd) return;
    mounted.passedEnd = true;
    this.handEnd(this.mounted.indexOf(mounted) + 1);
  }
}

function cancelTimers(mounted: Mounted): void {
  for (const cancel of mounted.timers) cancel();
  mounted.timers.clear();
}
