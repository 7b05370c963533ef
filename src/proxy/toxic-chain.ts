// The toxics of one proxy, in order of insertion: what the API lists, what links are kept in step with, and their TTLs.

import { toxicAlreadyExists, toxicNotFound } from './api-error.ts';
import type { Cancel, Scheduler } from './schedule.ts';
import { mergeToxic, readToxic, type Stream, type ToxicSettings } from './toxic-input.ts';
import type { ToxicKind } from './toxics/toxic.ts';

/** One toxic of a proxy. Links look at `settings` through it, and count what they drew. */
export interface LiveToxic {
  readonly name: string;
  readonly kind: ToxicKind;
  readonly stream: Stream;
  /** Its number among all toxics added to this proxy since it was made or seeded: part of the seed of its draws. */
  ordinal: number;
  readonly addedAtMicros: number;
  removedAtMicros: number | null;
  settings: ToxicSettings;
  /** Counts updates, so that a link can tell whether it has seen the last. */
  revision: number;
  /** Connections it was drawn for, and those it acts on, at its present toxicity. */
  drawn: number;
  affected: number;
}

/** Lives of removed toxics kept for observation. */
const keptLives = 200;

export class ToxicChain {
  private live: LiveToxic[] = [];
  private past: LiveToxic[] = [];
  private added = 0;
  private readonly expiries = new Map<LiveToxic, Cancel>();
  private readonly scheduler: Scheduler;
  private readonly changed: (atMicros: number) => void;

  /** `changed` is called after every change, with everything in its new state, and with the moment that is told of it. */
  constructor(scheduler: Scheduler, changed: (atMicros: number) => void) {
    this.scheduler = scheduler;
    this.changed = changed;
  }

  /** Upstream first, then downstream, each in order of insertion. */
  list(): LiveToxic[] {
    return [...this.of('upstream'), ...this.of('downstream')];
  }

  of(stream: Stream): LiveToxic[] {
    return this.live.filter((toxic) => toxic.stream === stream);
  }

  /** Throws ApiError 404. */
  get(name: string): LiveToxic {
    const found = this.live.find((toxic) => toxic.name === name);
    if (found === undefined) throw toxicNotFound();
    return found;
  }

  /** Throws ApiError 400 and 409. */
  add(body: unknown): LiveToxic {
    const { name, kind, stream, ...settings } = readToxic(body, (wanted) => {
      if (this.live.some((toxic) => toxic.name === wanted)) throw toxicAlreadyExists();
    });
    this.added += 1;
    const toxic: LiveToxic = {
      ...{ name, kind, stream, settings, ordinal: this.added },
      addedAtMicros: this.scheduler.nowMicros(),
      ...{ removedAtMicros: null, revision: 0, drawn: 0, affected: 0 },
    };
    this.live.push(toxic);
    this.expire(toxic);
    this.changed(toxic.addedAtMicros);
    return toxic;
  }

  /** Throws ApiError 400 and 404; then nothing has changed. */
  update(name: string, body: unknown): LiveToxic {
    const toxic = this.get(name);
    const settings = mergeToxic(body, toxic.kind, toxic.settings);
    if (settings.toxicity !== toxic.settings.toxicity) {
      toxic.drawn = 0;
      toxic.affected = 0;
    }
    toxic.settings = settings;
    toxic.revision += 1;
    this.expire(toxic);
    this.changed(this.scheduler.nowMicros());
    return toxic;
  }

  /** Throws ApiError 404. */
  remove(name: string): void {
    this.retire([this.get(name)]);
  }

  clear(): void {
    if (this.live.length > 0) this.retire(this.live);
  }

  /** Counts anew: those that are there are the first ones. */
  renumber(): void {
    this.live.forEach((toxic, index) => (toxic.ordinal = index + 1));
    this.added = this.live.length;
  }

  /** Every toxic there is and was (the last ones), for observation. */
  lives(): LiveToxic[] {
    return [...this.past, ...this.live];
  }

  /** Stops its timers; the proxy is going. */
  dispose(): void {
    for (const cancel of this.expiries.values()) cancel();
    this.expiries.clear();
  }

  private retire(gone: readonly LiveToxic[]): void {
    const atMicros = this.scheduler.nowMicros();
    for (const toxic of gone) {
      toxic.removedAtMicros = atMicros;
      this.expiries.get(toxic)?.();
      this.expiries.delete(toxic);
    }
    this.live = this.live.filter((toxic) => !gone.includes(toxic));
    this.past = [...this.past, ...gone].slice(-keptLives);
    this.changed(atMicros);
  }

  private expire(toxic: LiveToxic): void {
    this.expiries.get(toxic)?.();
    const { ttlMs } = toxic.settings;
    if (ttlMs === undefined) return;
    const atMicros = this.scheduler.nowMicros() + ttlMs * 1000;
    this.expiries.set(
      toxic,
      this.scheduler.at(atMicros, () => this.retire([toxic])),
    );
  }
}
