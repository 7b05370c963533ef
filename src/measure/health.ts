// Was the generator itself fit to measure? One pure judgement over its own per-second measures (the table of limits).

/** What one thread (or the machine) saw of itself in one second. null = not measured there or not on this system. */
export interface SecondHealth {
  /** Begin of the second, from the start of the load. */
  readonly startMicros: number;
  /** 99th percentile of start − due, without time spent waiting for `maxInFlight`; null when nothing was due. */
  readonly lagP99Micros: number | null;
  /** Work that became due in this second. */
  readonly due: number;
  /** Due, not started at the second's end, and not for want of a place under `maxInFlight`. */
  readonly behind: number;
  /** 99th percentile of the event loop's delay, without the timer's own resolution. */
  readonly loopDelayP99Micros: number | null;
  /** Share of the second in which the thread was busy, without deliberate spinning. */
  readonly busyShare: number | null;
  readonly gcShare: number | null;
  readonly stealShare: number | null;
  readonly descriptorShare: number | null;
  /** Descriptors or ports ran out (EMFILE, ENFILE, EADDRNOTAVAIL). */
  readonly exhausted: number;
}

type Level = 'good' | 'degraded' | 'saturated';

interface HealthMeasure {
  readonly name: string;
  readonly unit: 'µs' | 'share' | 'count';
  /** 95th percentile of the per-second values. */
  readonly value: number;
  readonly worst: number;
  readonly degradedAbove: number;
  readonly saturatedAbove: number;
  readonly level: Level;
}

/** The generator's health over a run, as it stands in the record. */
export interface Health {
  readonly level: Level;
  readonly reasons: string[];
  readonly judgedSeconds: number;
  readonly measures: HealthMeasure[];
}

/** Only whole seconds between `fromMicros` (end of warm-up) and `untilMicros` (end of the load) are judged. */
export interface HealthWindow {
  readonly fromMicros: number;
  readonly untilMicros: number;
  /** The tightest latency any promise asks for; null = there is none. */
  readonly tightestPromiseMicros: number | null;
  /** True for a load that takes all the processor it gets on purpose (`saturate`): a busy thread says nothing then. */
  readonly saturates?: boolean;
}

/** A level holds when it is reached in at least this share of the judged seconds. */
const holdingShare = 0.05;

interface Limit {
  readonly name: string;
  readonly unit: HealthMeasure['unit'];
  readonly degradedAbove: number;
  readonly saturatedAbove: number;
  readonly of: (seconds: readonly SecondHealth[]) => number | null;
}

/** The worst of all threads in one second; null when none measured it. */
function worstOf(
  seconds: readonly SecondHealth[],
  pick: (second: SecondHealth) => number | null,
): number | null {
  return seconds.reduce<number | null>((worst, second) => {
    const value = pick(second);
    return value === null ? worst : Math.max(worst ?? value, value);
  }, null);
}

function behindShare(seconds: readonly SecondHealth[]): number | null {
  const due = seconds.reduce((sum, second) => sum + second.due, 0);
  const behind = seconds.reduce((sum, second) => sum + second.behind, 0);
  return due === 0 && behind === 0 ? null : behind / Math.max(due, behind);
}

function limits({ tightestPromiseMicros, saturates = false }: HealthWindow): Limit[] {
  const share = (name: string, degradedAbove: number, saturatedAbove: number, of: Limit['of']): Limit => ({
    name,
    unit: 'share',
    degradedAbove,
    saturatedAbove,
    of,
  });
  return [
    {
      name: lagName,
      unit: 'µs',
      degradedAbove: 2_000,
      saturatedAbove: saturatedLagMicros(tightestPromiseMicros),
      of: (seconds) => worstOf(seconds, ({ lagP99Micros }) => lagP99Micros),
    },
    share('due but not started', 0.001, 0.005, behindShare),
    {
      name: 'event-loop delay p99',
      unit: 'µs',
      degradedAbove: 10_000,
      saturatedAbove: 50_000,
      of: (seconds) => worstOf(seconds, ({ loopDelayP99Micros }) => loopDelayP99Micros),
    },
    share('busiest thread', saturates ? 1 : 0.7, saturates ? 1 : 0.9, (seconds) =>
      worstOf(seconds, ({ busyShare }) => busyShare),
    ),
    share('time in garbage collection', 0.03, 0.1, (seconds) => worstOf(seconds, ({ gcShare }) => gcShare)),
    share('CPU steal', 0.05, 0.15, (seconds) => worstOf(seconds, ({ stealShare }) => stealShare)),
    share('descriptors', 0.8, 1, (seconds) => worstOf(seconds, ({ descriptorShare }) => descriptorShare)),
  ];
}

export const lagName = 'schedule lag p99';

/** Late starts beyond this decide promises: a tenth of the tightest one's limit, at the least 20 ms. */
export const saturatedLagMicros = (tightestPromiseMicros: number | null): number =>
  Math.max(20_000, (tightestPromiseMicros ?? 0) / 10);

function levelOf(values: readonly number[], limit: Limit): Level {
  const needed = Math.max(1, values.length * holdingShare);
  if (values.filter((value) => value > limit.saturatedAbove).length >= needed) return 'saturated';
  return values.filter((value) => value > limit.degradedAbove).length >= needed ? 'degraded' : 'good';
}

function measureOf(limit: Limit, perSecond: readonly (readonly SecondHealth[])[]): HealthMeasure | undefined {
  const values = perSecond
    .map(limit.of)
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  return {
    name: limit.name,
    unit: limit.unit,
    value: values[Math.ceil(values.length * 0.95) - 1] ?? 0,
    worst: values.at(-1) ?? 0,
    degradedAbove: limit.degradedAbove,
    saturatedAbove: limit.saturatedAbove,
    level: levelOf(values, limit),
  };
}

/** Running out is judged over everything, warm-up included: once is enough. */
function exhaustion(seconds: readonly SecondHealth[]): HealthMeasure {
  const count = seconds.reduce((sum, { exhausted }) => sum + exhausted, 0);
  return {
    name: 'descriptors or ports exhausted',
    unit: 'count',
    value: count,
    worst: count,
    degradedAbove: 0,
    saturatedAbove: 0,
    level: count > 0 ? 'saturated' : 'good',
  };
}

function describe({ name, unit, value, worst, degradedAbove, saturatedAbove, level }: HealthMeasure): string {
  const show = (amount: number): string =>
    unit === 'µs'
      ? `${(amount / 1000).toFixed(1)} ms`
      : unit === 'share'
        ? `${(amount * 100).toFixed(2)} %`
        : String(amount);
  const limit = level === 'saturated' ? saturatedAbove : degradedAbove;
  return `${level}: ${name} ${show(value)} (worst ${show(worst)}, limit ${show(limit)})`;
}

/** Judges the seconds of all threads together: in each second the worst thread counts. */
export function judgeHealth(seconds: readonly SecondHealth[], window: HealthWindow): Health {
  const bySecond = new Map<number, SecondHealth[]>();
  for (const second of seconds) {
    const index = Math.round(second.startMicros / 1e6);
    if (second.startMicros < window.fromMicros - 1 || (index + 1) * 1e6 > window.untilMicros + 1) continue;
    bySecond.set(index, [...(bySecond.get(index) ?? []), second]);
  }
  const perSecond = [...bySecond.values()];
  const measures = limits(window)
    .map((limit) => measureOf(limit, perSecond))
    .filter((measure) => measure !== undefined);
  measures.push(exhaustion(seconds));
  const reasons = measures.filter(({ level }) => level !== 'good').map(describe);
  const levels = new Set(measures.map(({ level }) => level));
  if (perSecond.length === 0) {
    reasons.push(
      'degraded: the load held no whole second after warm-up, so the generator could not be judged',
    );
    levels.add('degraded');
  }
  return {
    level: levels.has('saturated') ? 'saturated' : levels.has('degraded') ? 'degraded' : 'good',
    reasons,
    judgedSeconds: perSecond.length,
    measures,
  };
}
