// What a live view must not hide: a generator that could not keep up, and numbers that have stopped coming.

import { formatDuration, formatShare } from '../kernel/units.ts';
import { type HealthWindow, judgeHealth, type SecondHealth } from '../measure/health.ts';
import type { Snapshot } from '../measure/snapshot.ts';

const secondMicros = 1_000_000;
/** A saturated second is shown for so long, and told in a line of its own no more often than that. */
const shownMicros = 10 * secondMicros;
/** Threads report four times a second. */
const silenceMicros = 1_500_000;

/** As the verdict takes them. */
type GeneratorLimits = Pick<HealthWindow, 'tightestPromiseMicros' | 'saturates'>;

interface Saturated {
  readonly atMicros: number;
  readonly why: string;
}

export class LiveGenerator {
  readonly #limits: GeneratorLimits;
  #last: Saturated | undefined;
  #toldAtMicros = -Infinity;
  #lastSnapshotMicros = 0;
  readonly #bad = new Set<number>();

  constructor(limits: GeneratorLimits) {
    this.#limits = limits;
  }

  /** Returns a line for people when there is something new to tell. */
  add({ atMicros, health }: Snapshot): string | null {
    this.#lastSnapshotMicros = Math.max(this.#lastSnapshotMicros, atMicros);
    if (health === null) return null;
    const why = saturationOf(health, this.#limits);
    if (why === null) return null;
    this.#last = { atMicros, why };
    this.#bad.add(Math.round(health.startMicros / secondMicros));
    if (atMicros - this.#toldAtMicros < shownMicros) return null;
    this.#toldAtMicros = atMicros;
    return `the load generator was saturated in second ${this.#newest()}: ${why}`;
  }

  warnings(atMicros: number): string[] {
    const silent = atMicros - this.#lastSnapshotMicros;
    const last = this.#last;
    return [
      ...(silent > silenceMicros ? [`no numbers for ${formatDuration(silent)}`] : []),
      ...(last !== undefined && atMicros - last.atMicros < shownMicros
        ? [`saturated in second ${this.#newest()} (${this.#bad.size} so far): ${last.why}`]
        : []),
    ];
  }

  /** Counted from 1, as people do. */
  #newest(): number {
    return Math.max(...this.#bad) + 1;
  }
}

/** One second of one thread, by the limits that the whole run is judged by; null = it kept up. */
function saturationOf(health: SecondHealth, limits: GeneratorLimits): string | null {
  const { startMicros: fromMicros } = health;
  const window = { fromMicros, untilMicros: fromMicros + secondMicros, ...limits };
  const bad = judgeHealth([health], window).measures.filter(({ level }) => level === 'saturated');
  if (bad.length === 0) return null;
  return bad
    .map(({ name, unit, value, saturatedAbove }) => {
      const show = (amount: number): string =>
        unit === 'µs' ? formatDuration(amount) : unit === 'share' ? formatShare(amount) : String(amount);
      return unit === 'count'
        ? `${name} (${value})`
        : `${name} ${show(value)}, limit ${show(saturatedAbove)}`;
    })
    .join('; ');
}
