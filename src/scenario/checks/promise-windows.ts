// `window`, `over` and `abort`: only on what can be judged in parts of a run, or while it goes on.

import { formatDuration } from '../../kernel/units.ts';
import type { PromiseExpression } from '../../slo/expression.ts';
import { gateOf } from '../../slo/gates.ts';
import { isAboutWhatIsLeft } from '../../slo/metrics/left-metric.ts';
import { metricNamed } from '../../slo/metrics/registry.ts';
import { sidesOf } from '../../slo/sides.ts';
import type { Problem } from '../issues.ts';
import type { PromiseSpec, Scenario } from '../scenario.ts';
import type { Path } from '../yaml-document.ts';

export type Timed = Pick<Scenario, 'durationMicros' | 'warmupMicros'>;

interface Checked {
  readonly spec: PromiseSpec;
  readonly promise: PromiseExpression;
  readonly path: Path;
  /** Of the promise itself: the same, or its `assert`. */
  readonly textPath: Path;
}

/** The first problem, or none. */
export function checkWindows(checked: Checked, timed: Timed): Problem[] {
  const problem = windowProblem(checked, timed) ?? abortProblem(checked, timed);
  return problem === null ? [] : [problem];
}

function windowProblem({ spec, promise, path, textPath }: Checked, timed: Timed): Problem | null {
  const { windowMicros: window } = spec;
  const { windowMicros: over, measure } = promise;
  const micros = window ?? over;
  if (micros === undefined) return null;
  const atKey = { path: [...path, 'window'], part: 'value' } as const;
  const atText = { path: textPath, part: 'value', offset: offsetOfOver(spec.assert) } as const;
  const at = window === undefined ? atText : atKey;
  if (window !== undefined && over !== undefined) {
    const suggestion = 'leave one of them out';
    return { ...at, message: '`window` and `over` say the same thing twice', suggestion };
  }
  if (typeof promise.limit !== 'number')
    return { ...at, message: 'what is relative to other runs has no windows' };
  if (measure.windows !== undefined)
    return { ...at, message: `\`${measure.metric}\` has windows of its own: \`over 60s/5s\`` };
  const [of] = sidesOf(measure).flatMap(({ metric }) => ofAWhole(metric) ?? []);
  if (of !== undefined) return { ...at, message: `${of}: it has no windows` };
  const judgedMicros = timed.durationMicros - timed.warmupMicros;
  if (micros <= judgedMicros) return null;
  const message = `the window is longer than the load that is judged, ${formatDuration(judgedMicros)}`;
  return { ...at, message };
}

/** Names may hold the word, too: `fault:failover`. */
const offsetOfOver = (text: string): number =>
  [...text.matchAll(/(?<![\w:.-])over\s*\d/g)].at(-1)?.index ?? text.lastIndexOf('over');

/** What a metric is about that cannot be had in parts; null: it can. */
function ofAWhole(name: string): string | null {
  const subject = metricNamed(name)?.subject;
  if (subject === 'fault' || subject === 'link') return `\`${name}\` is about a whole fault`;
  return isAboutWhatIsLeft(name) ? `\`${name}\` is about the whole run` : null;
}

function abortProblem(
  { spec, promise, path }: Checked,
  { durationMicros, warmupMicros }: Timed,
): Problem | null {
  const { assert, abortAfterMicros } = spec;
  if (abortAfterMicros === undefined) return null;
  const at = { path: [...path, 'abort'], part: 'value' } as const;
  const { limit, measure } = promise;
  if (typeof limit !== 'number') {
    const message = 'a relative promise cannot stop a run: its limit is worked out when the run is over';
    return { ...at, message, suggestion: 'add a promise with a limit of its own, and give that `abort`' };
  }
  if (gateOf(assert, promise) === null) {
    const what = measure.against === undefined ? `\`${measure.metric}\`` : 'what is made of two metrics';
    const message = `${what} cannot stop a run: it allows no share of bad answers that could be counted`;
    return { ...at, message, suggestion: 'use a percentile with `<`, or `error_rate`' };
  }
  if (measure.during.includes('warmup')) return { ...at, message: 'nothing stops a run during its warm-up' };
  const judgedMicros = durationMicros - warmupMicros;
  if (abortAfterMicros < judgedMicros) return null;
  const message = `the load that is judged lasts ${formatDuration(judgedMicros)}: it would be over before`;
  return { path: [...path, 'abort', 'after'], part: 'value', message };
}
