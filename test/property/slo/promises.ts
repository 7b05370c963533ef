// Promises of every form that the language has, as the parser would make them.

import fc from 'fast-check';
import type {
  Baseline,
  Measure,
  MetricArgument,
  PromiseExpression,
  RelativeLimit,
} from '../../../src/slo/expression.ts';

type Unit = 'µs' | 'share' | '1/s' | 'count' | 'score' | 'bytes';

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,8}$/);
/** `p95` or `max` alone would be a statistic. */
const isName = (text: string): boolean => !/^(?:p\d+|min|max|mean)$/.test(text);
const series = fc
  .oneof(
    word,
    word.map((name) => `flow:${name}`),
    fc.stringMatching(/^[A-Z]{3,6} \/[a-z0-9_./{}:?=&-]{0,20}$/),
    fc.tuple(word, word).map(([a, b]) => `GET /${a}(${b})/{{${a}}}`),
  )
  .filter(isName);
const thing = fc
  .oneof(
    fc.constant('target'),
    word,
    word.map((name) => `container:${name}`),
  )
  .filter(isName);

const labelValue = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('/q', '),"', '\\', '\n', "it's"));
const label = fc
  .record({
    name: fc.stringMatching(/^[a-z_]{1,5}$/),
    operator: fc.constantFrom('=', '!='),
    value: labelValue,
  })
  .map(({ name, operator, value }) => {
    const escaped = value.replace(/[\\"]/g, (character) => `\\${character}`).replaceAll('\n', String.raw`\n`);
    return `${name}${operator}"${escaped}"`;
  });
const selector = fc
  .record({
    name: fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,8}$/),
    labels: fc.array(fc.oneof(label, fc.constant('code=~"5..|429"')), { maxLength: 3 }),
  })
  .map(({ name, labels }) => (labels.length === 0 ? name : `${name}{${labels.join(',')}}`));

const faultPhase = word.map((id) => `fault:${id}`);
const phase = fc.oneof(
  fc.constantFrom('steady', 'warmup'),
  faultPhase,
  word.map((id) => `recovery:${id}`),
);
const phases = fc.uniqueArray(phase, { maxLength: 3 });
const none = fc.constant<string[]>([]);

const micros = fc.integer({ min: 1, max: 7_200_000_000 });
const wholeSeconds = fc.integer({ min: 1, max: 7_200 }).map((value) => value * 1_000_000);
const thousandths = (low: number, high: number): fc.Arbitrary<number> =>
  fc.integer({ min: low * 1_000, max: high * 1_000 }).map((value) => value / 1_000);
const percent = (low: number, high: number): fc.Arbitrary<number> =>
  thousandths(low, high).map((value) => value / 100);

const limits: Readonly<Record<Unit, fc.Arbitrary<number>>> = {
  µs: micros,
  share: percent(0.001, 99.999),
  '1/s': fc.oneof(
    thousandths(0.001, 5_000),
    thousandths(0.001, 5_000).map((perMinute) => (perMinute * 1_000_000) / 60_000_000),
  ),
  count: fc.oneof(fc.integer({ min: 0, max: 1e12 }), thousandths(0, 1_000)),
  score: thousandths(0.001, 0.999),
  bytes: fc.oneof(
    fc.integer({ min: 0, max: 1e12 }),
    fc.integer({ min: 1, max: 9_999 }).map((mebibytes) => mebibytes * 1_048_576),
  ),
};

const outcome = fc.constantFrom<MetricArgument | null>(
  null,
  { kind: 'outcome', outcome: 'ok' },
  { kind: 'outcome', outcome: 'failed' },
);
const percentile = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map((value) => `p${value}`),
  fc.constantFrom('p99.9', 'p99.99', 'p12.5'),
);
const statistic = fc.option(
  fc
    .oneof(percentile, fc.constantFrom('mean', 'max', 'min'))
    .map((name): MetricArgument => ({ kind: 'statistic', statistic: name })),
  { nil: null },
);
const threshold = micros.map((value): MetricArgument => ({ kind: 'duration', micros: value }));
const target = percent(0.001, 99.999).map((share): MetricArgument => ({ kind: 'target', share }));
const noArgument = fc.constant<MetricArgument | null>(null);

interface Family {
  readonly unit: Unit;
  readonly measure: fc.Arbitrary<Measure>;
}

interface FamilyInit {
  readonly unit: Unit;
  readonly metric: fc.Arbitrary<string>;
  readonly subject: fc.Arbitrary<string | null>;
  readonly argument?: fc.Arbitrary<MetricArgument | null>;
  readonly during?: fc.Arbitrary<string[]>;
}

const family = ({ unit, metric, subject, argument = noArgument, during = phases }: FamilyInit): Family => ({
  unit,
  measure: fc
    .record({ metric, subject, argument, during })
    // `ok` and `failed` stand behind a series.
    .filter((measure) => measure.subject !== null || measure.argument?.kind !== 'outcome'),
});

const pooled = fc.option(series, { nil: null });
const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);

/** Windows apply to these; none of them looks at faults. */
const windowable: readonly Family[] = [
  family({ unit: 'µs', metric: percentile, subject: pooled, argument: outcome }),
  family({ unit: 'µs', metric: named('mean', 'max'), subject: pooled }),
  family({ unit: 'share', metric: named('error_rate', 'availability', 'dropped'), subject: pooled }),
  family({ unit: '1/s', metric: named('throughput'), subject: pooled }),
  family({ unit: 'score', metric: named('apdex'), subject: pooled, argument: threshold }),
  family({ unit: 'µs', metric: named('first_byte', 'connect'), subject: pooled, argument: statistic }),
  family({ unit: 'share', metric: named('cpu'), subject: thing, argument: statistic }),
  family({ unit: 'bytes', metric: named('memory'), subject: thing, argument: statistic }),
  family({ unit: 'count', metric: named('metric'), subject: selector, argument: statistic }),
];

const aboutFaults: readonly Family[] = [
  family({ unit: 'µs', metric: named('recovery', 'detection'), subject: word, during: none }),
  family({
    unit: 'µs',
    metric: named('hold', 'silence'),
    subject: word,
    during: fc.uniqueArray(faultPhase, { maxLength: 2 }),
  }),
];

const operator = fc.constantFrom('<', '<=', '>', '>=');

const baseline: fc.Arbitrary<Baseline> = fc.oneof(
  fc.constant<Baseline>({ kind: 'last_green' }),
  fc
    .option(fc.stringMatching(/^[a-z0-9][a-z0-9_/-]{0,12}$/), { nil: null })
    .map((branch): Baseline => ({ kind: 'merge_base', branch })),
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/).map((run): Baseline => ({ kind: 'pinned', run })),
  fc.integer({ min: 3, max: 100 }).map((runs): Baseline => ({ kind: 'rolling_median', runs })),
);

const signed = (size: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(size, fc.boolean()).map(([value, below]) => (below && value !== 0 ? -value : value));

const relative = (unit: Unit): fc.Arbitrary<RelativeLimit> =>
  fc.record({
    change: fc.oneof(
      signed(percent(0, 99)).map((share) => ({ kind: 'share' as const, share })),
      signed(limits[unit]).map((amount) => ({ kind: 'amount' as const, amount })),
    ),
    baseline,
  });

/** Below zero are differences alone, and what a target tells of itself: anything else keeps `>= 0` in every run. */
const isBreakable = ({ measure, operator: op, limit }: PromiseExpression): boolean =>
  op !== '>=' || limit !== 0 || measure.metric === 'metric' || measure.against?.operation === '-';

const promised = ({ unit, measure }: Family, windows: boolean): fc.Arbitrary<PromiseExpression> => {
  const fixed = fc.record({ measure, operator, limit: limits[unit] });
  const against = fc.record({ measure, operator, limit: relative(unit) });
  const windowed = fc.record({ measure, operator, limit: limits[unit], windowMicros: wholeSeconds });
  const kinds: fc.Arbitrary<PromiseExpression> = windows
    ? fc.oneof(fixed, against, windowed)
    : fc.oneof(fixed, against);
  return kinds.filter(isBreakable);
};

const looksAtFaults = ({ metric }: Measure): boolean => /^(?:recovery|detection|hold|silence)$/.test(metric);

/** What stands with the right side alone is for both, except where the left one looks at faults. */
const isWritable = ({ during, against }: Measure): boolean =>
  during.length > 0 || against === undefined || against.measure.during.length === 0;

const combined: fc.Arbitrary<PromiseExpression> = fc
  .constantFrom(...windowable, ...aboutFaults)
  .chain((left) => {
    const others = [...windowable, ...aboutFaults].filter(({ unit }) => unit === left.unit);
    return fc.constantFrom(...others).chain((right) =>
      fc.constantFrom('/' as const, '-' as const).chain((operation) => {
        const measure = fc
          .record({ one: left.measure, other: right.measure, same: fc.boolean() })
          .map(({ one, other, same }): Measure => {
            const shared = same && !looksAtFaults(one) && !looksAtFaults(other);
            const during = shared ? one.during : other.during;
            return { ...one, against: { operation, measure: { ...other, during } } };
          })
          .filter((found) => looksAtFaults(found) || isWritable(found));
        return promised({ unit: operation === '/' ? 'count' : left.unit, measure }, false);
      }),
    );
  });

const burning: fc.Arbitrary<PromiseExpression> = fc
  .record({
    measure: family({ unit: 'count', metric: named('burn'), subject: pooled, argument: target }).measure,
    lengths: fc.tuple(wholeSeconds, wholeSeconds),
    operator,
    // Upwards nothing beyond what a total outage burns at is a promise.
    limits: fc.record({ upward: thousandths(0, 1), downward: limits.count }),
  })
  .map(({ measure, lengths, operator: op, limits: { upward, downward } }) => ({
    measure: {
      ...measure,
      windows: { longMicros: Math.max(...lengths), shortMicros: Math.min(...lengths) },
    },
    operator: op,
    limit: op.startsWith('<') ? upward : downward,
  }))
  .filter(isBreakable);

export const anyPromise: fc.Arbitrary<PromiseExpression> = fc.oneof(
  ...windowable.map((one) => promised(one, true)),
  ...aboutFaults.map((one) => promised(one, false)),
  burning,
  combined,
  combined,
);
