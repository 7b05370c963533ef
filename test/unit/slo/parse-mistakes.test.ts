// Every mistake in a promise: the exact words, the place, and what to write instead. Columns count from 0.

import { describe, expect, test } from 'vitest';
import { parseMeasure, parsePromise } from '../../../src/slo/parse.ts';

type Mistake = readonly [text: string, offset: number, message: string, suggestion: string | RegExp];

const comparisons = 'use `<`, `<=`, `>` or `>=`';
const ends = 'only `during <phase>` and `over <window>` may follow';
const phases = 'e.g. `during steady` or `during fault:<id>`';
const statistics = 'expected `mean`, `max`, `min` or a percentile such as `p95`';

/** Promises that every run would keep. */
const unbreakable = [
  ['availability >= 0%', 16, '>= 0%', 'outside of its range'],
  ['availability <= 100%', 16, '<= 100%', 'outside of its range'],
  ['error_rate <= 100%', 14, '<= 100%', 'outside of its range'],
  ['apdex(1s) >= 0', 13, '>= 0', 'outside of its range'],
  ['budget_spent(99%) >= 0%', 21, '>= 0%', 'below zero'],
  ['p95 >= 0ms', 7, '>= 0ms', 'below zero'],
  ['throughput >= 0/s', 14, '>= 0/s', 'below zero'],
  ['count(query) >= 0', 16, '>= 0', 'below zero'],
  ['bytes >= 0B', 9, '>= 0B', 'below zero'],
  ['cpu(target) >= 0%', 15, '>= 0%', 'below zero'],
  ['memory(target) >= 0B', 18, '>= 0B', 'below zero'],
  ['restarts(target) >= 0', 20, '>= 0', 'below zero'],
  ['probes(postgres) >= 0', 20, '>= 0', 'below zero'],
  ['burn(99%) >= 0 over 60s/5s', 13, '>= 0', 'below zero'],
  ['p95(a) / p95(b) >= 0', 19, '>= 0', 'below zero'],
  ['peak_error_rate(x) >= 0%', 22, '>= 0%', 'outside of its range'],
  ['error_rate(a) - error_rate(b) <= 100%', 33, '<= 100%', 'outside of its range'],
  ['apdex(a, 1s) - apdex(b, 1s) <= 1', 31, '<= 1', 'outside of its range'],
].map(([text, at, limit, why]): Mistake => {
  const message = `nothing can break \`${String(limit)}\`: it is never ${String(why)}`;
  return [String(text), Number(at), message, 'promise a limit that a bad run would miss'];
});

function expectMistakes(mistakes: readonly Mistake[]): void {
  test.each(mistakes)('%s', (text, offset, message, suggestion) => {
    const result = parsePromise(text);
    if (result.ok) throw new Error(`accepted: ${text}`);
    const { problem } = result;
    expect({ message: problem.message, offset: problem.offset }).toEqual({ message, offset });
    if (typeof suggestion === 'string') expect(problem.suggestion).toBe(suggestion);
    else expect(problem.suggestion).toMatch(suggestion);
  });
}

describe('the metric', () => {
  expectMistakes([
    ['', 0, 'expected a metric', 'begin with a metric, e.g. `p95(query) < 200ms`'],
    ['  < 2s', 2, 'expected a metric', 'begin with a metric, e.g. `p95(query) < 200ms`'],
    ['p59x(query) < 2s', 0, 'unknown metric `p59x`', /^known: p1…p99.99, mean, max, /],
    ['P95(query) < 2s', 0, 'unknown metric `P95`', 'did you mean `p95`?'],
    ['eror_rate(query) < 5%', 0, 'unknown metric `eror_rate`', 'did you mean `error_rate`?'],
    [
      'p100(query) < 2s',
      0,
      '`p100` is not a percentile',
      'percentiles go from p1 to p99.99; the slowest is `max`',
    ],
    [
      'p0(query) < 2s',
      0,
      '`p0` is not a percentile',
      'percentiles go from p1 to p99.99; the slowest is `max`',
    ],
    [
      'p99.999 < 2s',
      0,
      '`p99.999` is not a percentile',
      'percentiles go from p1 to p99.99; the slowest is `max`',
    ],
  ]);
});

describe('what it is asked of', () => {
  expectMistakes([
    ['p95(query < 2s', 3, 'this `(` is never closed', 'add `)` after the series'],
    [
      'p95() < 2s',
      4,
      'a name is missing between the parentheses',
      'name a series, or leave the parentheses out',
    ],
    [
      'p95(, ok) < 2s',
      4,
      'a name is missing between the parentheses',
      'name a series, or leave the parentheses out',
    ],
    ['p95(a, b, ok) < 2s', 4, '`a, b` holds a comma', 'give the step a `name:` without one'],
    ['p95(query, good) < 2s', 11, 'unknown argument `good`', 'expected `ok` or `failed`'],
    ['p95(query, ) < 2s', 11, 'an argument is missing after the comma', 'leave out the comma'],
    [
      'error_rate(a, b) < 2%',
      14,
      '`error_rate` takes one argument',
      'leave out what follows the comma; a name cannot hold one',
    ],
    [
      'apdex(query) > 0.9',
      6,
      'cannot read the threshold `query`',
      'expected a duration: `apdex(query, 500ms)`',
    ],
    [
      'apdex(query, 0s) > 0.9',
      13,
      'cannot read the threshold `0s`',
      'expected a duration: `apdex(query, 500ms)`',
    ],
    ['apdex > 0.9', 0, '`apdex` needs a threshold', 'write `apdex(query, 500ms)`'],
    ['recovery < 5s', 0, '`recovery` needs a fault', 'write `recovery(<fault id>)`'],
    ['hold < 5s', 0, '`hold` needs a dependency', 'write `hold(<dependency>)`'],
    ['cpu(target, average) < 80%', 12, 'unknown statistic `average`', statistics],
    ['cpu(target, p100) < 80%', 12, 'unknown statistic `p100`', statistics],
    ['burn < 14.4 over 60s/5s', 0, '`burn` needs a target', 'write `burn(query, 99.9%)`'],
    [
      'burn(query) < 14.4 over 60s/5s',
      5,
      'cannot read the target `query`',
      'expected a percentage: `burn(query, 99.9%)`',
    ],
    [
      'burn(query, 0.999) < 14.4 over 60s/5s',
      12,
      'cannot read the target `0.999`',
      'expected a percentage: `burn(query, 99.9%)`',
    ],
    [
      'burn(query, 100%) < 14.4 over 60s/5s',
      12,
      'the target `100%` is not between 0% and 100%',
      'it leaves something to fail: `burn(query, 99.9%)`',
    ],
  ]);
});

describe("the target's own metrics", () => {
  const labels = 'labels stand in braces: `metric(name{label="x"})`';
  const alone = 'name a series alone: counters are read as rates, histograms by `p95`';
  const operators = 'use `=`, `!=`, `=~` or `!~`';
  expectMistakes([
    ['metric < 16', 0, "`metric` needs the name of one of the target's metrics", 'write `metric(<name>)`'],
    ['metric() < 16', 7, "expected the name of one of the target's metrics", 'e.g. `metric(pool_in_use)`'],
    ['metric(pool < 16', 12, 'expected `)`', labels],
    ['metric(pool', 6, 'this `(` is never closed', 'add `)` after the series'],
    [
      'metric({a="b"}) < 16',
      7,
      "expected the name of one of the target's metrics",
      'e.g. `metric(pool_in_use)`',
    ],
    [
      'metric(errors_total{code="500"}) < 1%',
      35,
      'a counter is read per second, `1%` is a share',
      'write `metric(errors_total) / metric(requests_total) < 1%`, or a limit such as `5/s`',
    ],
    ['metric(rate(x[5m])) < 16', 7, '`rate(…)` is not the name of a metric', alone],
    ['metric(x[5m]) < 16', 8, 'a range has no place here', 'leave it out: `during` and `over` say when'],
    ['metric(x{a="b") < 16', 14, 'expected `,` or `}`', 'labels stand apart by commas'],
    ['metric(x{a="b"', 8, 'this `{` is never closed', 'add `}` after the labels'],
    ['metric(x{a="b) < 16', 11, 'this quote is never closed', 'add `"`'],
    ['metric(x{a=b}) < 16', 11, 'the value of `a` is not quoted', 'write `a="…"`'],
    ['metric(x{a>"1"}) < 16', 10, 'unknown operator `>`', operators],
    ['metric(x{a}) < 16', 10, '`a` is not compared with anything', operators],
    ['metric(x{="b"}) < 16', 9, 'expected a label', 'e.g. `{route="/query"}`'],
    ['metric(x{a="b" c="d"}) < 16', 15, 'expected `,` or `}`', 'labels stand apart by commas'],
    [
      'metric(x{a=~"(b+)+"}) < 16',
      13,
      'the pattern `(b+)+` is not simple enough',
      'up to 100 characters, without groups: `5..`, `GET|POST`',
    ],
    ['metric(x{a=~"["}) < 16', 13, '`[` is not a regular expression', 'e.g. `5..` or `GET|POST`'],
    ['metric(x, most) < 16', 10, 'unknown statistic `most`', statistics],
    ['metric(x) < fast', 12, 'cannot read `fast`', 'expected a number, or 200ms, 64MiB, 80%, 5/s'],
  ]);
});

describe('the comparison and the limit', () => {
  expectMistakes([
    ['p95(query) 2s', 11, 'expected a comparison', comparisons],
    ['p95(query) == 2s', 11, 'unknown comparison `==`', comparisons],
    ['p95(query) => 2s', 11, 'unknown comparison `=>`', comparisons],
    ['p95(query) over 10s < 2s', 11, '`over` stands after the limit', 'e.g. `p95 < 200ms over 10s`'],
    ['p95(query) <', 12, 'expected a limit', 'e.g. `< 200ms`'],
    ['p95(query) < 200', 13, '`200` needs a unit', 'write `200ms`'],
    ['p95(query) < 0.2 during steady', 13, '`0.2` needs a unit', 'write `0.2ms`'],
    ['error_rate(query) < 5', 20, '`5` needs a unit', 'write `5%`'],
    ['error_rate < 0.05', 13, '`0.05` needs a unit', 'write `5%`'],
    ['availability >= 0.999', 16, '`0.999` needs a unit', 'write `99.9%`'],
    ['availability >= 0.9999', 16, '`0.9999` needs a unit', 'write `99.99%`'],
    ['achieved(query) >= 0.990', 19, '`0.990` needs a unit', 'write `99%`'],
    ['cpu(target) < 0.8', 14, '`0.8` needs a unit', 'write `80%`'],
    ['error_rate(a) - error_rate(b) < 0.0025', 32, '`0.0025` needs a unit', 'write `0.25%`'],
    ['error_rate < 1', 13, '`1` needs a unit', 'write `100%` or `1%`'],
    ['error_rate < 1.0', 13, '`1.0` needs a unit', 'write `100%` or `1%`'],
    ['availability > 1.5', 15, '`1.5` needs a unit', 'write `1.5%`'],
    ['throughput(query) > 5', 20, '`5` needs a unit', 'write `5/s`'],
    ['memory(target) < 512', 17, '`512` needs a unit', 'write `512MiB`'],
    ['memory(target) < 512MB', 17, 'cannot read `512MB`', 'expected a size such as 64KiB or 1.5GiB'],
    ['error_rate(query) < 5s', 20, 'cannot read `5s`', 'expected a percentage such as 1% or 99.9%'],
    [
      'error_rate(query) < 120%',
      20,
      '`120%` is not between 0% and 100%',
      'expected a percentage such as 1% or 99.9%',
    ],
    ['apdex(query, 1s) > 90%', 19, 'cannot read `90%`', 'expected a number between 0 and 1, without a unit'],
    [
      'apdex(query, 1s) > 90',
      19,
      '`90` is not between 0 and 1',
      'expected a number between 0 and 1, without a unit',
    ],
    [
      'error_rate(query) <= 0%',
      21,
      'no number of samples can show `0%`',
      'allow a small share, e.g. `< 0.1%`',
    ],
    [
      'availability >= 100%',
      16,
      'no number of samples can show `100%`',
      'allow a small share, e.g. `>= 99.9%`',
    ],
    ...unbreakable,
    [
      'error_rate(a) - error_rate(b) <= 0%',
      33,
      'no number of samples can show `0%`',
      'allow a small share, e.g. `< 0.1%`',
    ],
    [
      'p95 < 99999999999999999s',
      6,
      '`99999999999999999s` is too large',
      'expected a duration such as 200ms or 1.5s',
    ],
    [
      'metric(x) < 0.00000000000001',
      12,
      '`0.00000000000001` is too small',
      'expected a number, or 200ms, 64MiB, 80%, 5/s',
    ],
    ['p99 / p50 < 5ms', 12, 'cannot read `5ms`', 'expected a number such as 3, or 80%'],
  ]);
});

describe('phases and windows', () => {
  const last = 'e.g. `over 10s`';
  expectMistakes([
    ['p95 < 2s during stedy', 16, 'unknown phase `stedy`', 'did you mean `steady`?'],
    ['p95 < 2s during', 15, 'expected a phase', phases],
    ['p95 < 2s during steady,', 23, 'expected a phase', phases],
    ['p95 < 2s durng steady', 9, 'unexpected `durng steady`', 'did you mean `during`?'],
    ['p95 < 2s or so', 9, 'unexpected `or so`', ends],
    ['p95 < 2s during steady during warmup', 23, '`during` is said twice', 'leave one of them out'],
    ['p95 during steady < 2s during warmup', 23, '`during` is said twice', 'leave this one out'],
    ['recovery(x) < 5s during steady', 17, "`recovery` looks at the fault's own time", 'leave out `during`'],
    [
      'hold(pg) < 5s during steady',
      21,
      '`hold` looks at faults',
      'write `during fault:<id>`, or leave it out',
    ],
    ['p95 < 2s over', 13, 'expected a window', last],
    ['p95 < 2s over 10', 14, '`10` needs a unit', 'write `10s`'],
    ['p95 < 2s over ten', 14, 'cannot read the window `ten`', last],
    ['p95 < 2s over 500ms', 14, '`500ms` is not a number of whole seconds', last],
    ['p95 < 2s over 2.5s', 14, '`2.5s` is not a number of whole seconds', last],
    ['p95 < 2s over 60s/5s', 18, 'only `burn` has two windows', 'write one, e.g. `over 10s`'],
    ['p95 < 2s over 10s over 20s', 18, '`over` is said twice', 'leave one of them out'],
    [
      'recovery(x) < 5s over 10s',
      17,
      '`recovery` is about a whole fault: it has no windows',
      'leave out `over`',
    ],
    ['burn(query, 99.9%) < 14.4', 0, '`burn` needs its windows', 'end the promise with `over 60s/5s`'],
    [
      'burn(query, 99.9%) < 14.4 over 60s',
      26,
      '`burn` has two windows',
      'write the long and the short one: `over 60s/5s`',
    ],
    ['burn(query, 99.9%) < 14.4 over 5s/60s', 31, 'the long window comes first', 'e.g. `over 60s/5s`'],
    ['burn(query, 99.9%) < 14.4 over 60s/', 35, 'expected a window', 'e.g. `over 60s/5s`'],
    [
      'burn(query, 90%) < 14.4 over 60s/5s',
      12,
      'nothing can break a burn of < 14.4 at 90%: a total outage burns at 10',
      'a target of 93.1% or more would do, or a limit of at most 10',
    ],
    [
      'burn(90%) <= 10 over 60s/5s',
      5,
      'nothing can break a burn of <= 10 at 90%: a total outage burns at 10',
      'a target of 90.1% or more would do, or a limit below 10',
    ],
    [
      'burn(query, 99.9%) < 2000 over 60s/5s',
      12,
      'nothing can break a burn of < 2000 at 99.9%: a total outage burns at 1000',
      'a target of 99.95% or more would do, or a limit of at most 1000',
    ],
  ]);
});

describe('relative limits', () => {
  const green = 'e.g. `vs last_green`';
  expectMistakes([
    ['p95 <= +10%', 7, '`+10%` is a change, and nothing says from what', 'write `+10% vs last_green`'],
    ['p95 <= -5%', 7, '`-5%` is a change, and nothing says from what', 'write `-5% vs last_green`'],
    [
      ...(['p95(a) - p95(b) > -5ms', 18, '`-5ms` is a change, and nothing says from what'] as const),
      'write `-5ms vs last_green`; for a limit below zero turn the two metrics round',
    ],
    ['p95 <= 10% vs last_green', 7, 'a limit against other runs has a sign', 'write `+10% vs …`'],
    ['error_rate <= 10% vs last_green', 14, 'a limit against other runs has a sign', 'write `+10% vs …`'],
    ['p95 <= +10% vs', 14, 'expected a baseline', green],
    ['p95 <= +10% vs last_gren', 15, 'unknown baseline `last_gren`', 'did you mean `last_green`?'],
    [
      'p95 <= +10% vs yesterday',
      15,
      'unknown baseline `yesterday`',
      'known: last_green, pinned, rolling_median, merge_base',
    ],
    ['p95 <= +10% vs merge_bas', 15, 'unknown baseline `merge_bas`', 'did you mean `merge_base`?'],
    ['p95 <= +10% vs merge_base(', 25, 'this `(` is never closed', 'write `merge_base(main)`'],
    [
      'p95 <= +10% vs merge_base(main~1)',
      26,
      '`main~1` is not the name of a branch',
      'e.g. `merge_base(main)`',
    ],
    ['p95 <= +10% vs merge_base(-x)', 26, '`-x` is not the name of a branch', 'e.g. `merge_base(main)`'],
    ['p95 <= +10% vs merge-base(a..b)', 26, '`a..b` is not the name of a branch', 'e.g. `merge_base(main)`'],
    ['p95 <= +10% vs pinned', 15, '`pinned` needs the id of a run', 'write `pinned(<run id>)`'],
    [
      'p95 <= +10% vs pinned(../x)',
      22,
      '`../x` is not the id of a run',
      'it is the name of a folder of a record',
    ],
    ['p95 <= +10% vs pinned(x', 21, 'this `(` is never closed', 'write `pinned(<run id>)`'],
    [
      'p95 <= +10% vs rolling_median',
      15,
      '`rolling_median` needs a number of runs',
      'write `rolling_median(20)`',
    ],
    [
      'p95 <= +10% vs rolling_median(2)',
      30,
      '`2` is not a number of runs between 3 and 100',
      'write `rolling_median(20)`',
    ],
    [
      'p95 <= +10% vs rolling_median(all)',
      30,
      '`all` is not a number of runs between 3 and 100',
      'write `rolling_median(20)`',
    ],
    ['p95 <= +10 vs last_green', 7, '`10` needs a unit', 'write `+10ms`'],
    ['p95 <= +ten vs last_green', 7, 'cannot read `ten`', 'expected a duration such as 200ms or 1.5s'],
    ['p95 <= -100% vs last_green', 7, '`-100%` leaves nothing', 'a change goes down to `-99%`'],
    ['p95 <= +99999% vs last_green', 7, '`+99999%` is more than 10000%', 'e.g. `+10% vs last_green`'],
    ['p95 <= +5 points vs last_green', 7, 'only shares change by points', 'write a percentage, e.g. `+10%`'],
    [
      'error_rate <= +5 vs last_green',
      14,
      'cannot read `+5`',
      'expected `+10%` of the earlier share, or `+0.5 points` added to it',
    ],
    [
      'p95 <= +10% vs last_green over 10s',
      26,
      'what is relative to other runs has no windows',
      'leave out `over`, or promise a fixed limit',
    ],
  ]);
});

describe('two metrics', () => {
  const apart = 'names hold hyphens: write `p95(a) - p95(b)`';
  expectMistakes([
    [
      'p95(a) / error_rate(b) < 2',
      9,
      '`p95` is a time, `error_rate` a share',
      'combine two metrics of one unit',
    ],
    [
      'p95(a) - throughput(b) < 2',
      9,
      '`p95` is a time, `throughput` a rate',
      'combine two metrics of one unit',
    ],
    ['p95(a) -p95(b) < 2s', 7, '`-` needs a blank on each side', apart],
    ['p95(a)-p95(b) < 2s', 6, '`-` needs a blank on each side', apart],
    ['p95(a) * p95(b) < 2', 7, 'two metrics cannot be combined by `*`', 'use `/` or `-`'],
    ['p95(a) + p95(b) < 2s', 7, 'two metrics cannot be combined by `+`', 'use `/` or `-`'],
    ['p95(a) / p95(b) / p95(c) < 2', 16, 'no more than two metrics can be combined', 'leave out the third'],
    ['p95(a) / < 2', 9, 'expected a metric', 'begin with a metric, e.g. `p95(query) < 200ms`'],
    ['p95(a) / 2 < 2', 9, 'expected a metric', 'begin with a metric, e.g. `p95(query) < 200ms`'],
    [
      'burn(a, 99%) / burn(b, 99%) < 2 over 60s/5s',
      0,
      '`burn` cannot be combined with another metric',
      'promise it alone',
    ],
    [
      'budget_spent(a, 99%) - budget_spent(b, 99%) < 10%',
      0,
      '`budget_spent` cannot be combined with another metric',
      'promise it alone',
    ],
    [
      'error_rate(a) / budget_spent(b, 99%) < 2 during steady',
      16,
      '`budget_spent` cannot be combined with another metric',
      'promise it alone',
    ],
    [
      'p95 during steady / p50 during steady < 2 during warmup',
      42,
      'both sides have a `during` of their own already',
      'leave this one out',
    ],
    [
      'recovery(x) / p95 < 2 over 10s',
      22,
      '`recovery` is about a whole fault: it has no windows',
      'leave out `over`',
    ],
    [
      'recovery(x) / recovery(y) < 2 during steady',
      30,
      "`recovery` looks at the fault's own time",
      'leave out `during`',
    ],
  ]);
});

test.each([
  ['p95(query) < 2s', 11, 'unexpected `< 2s`', ends],
  ['p95(query) over 10s', 11, 'only a promise has a window', 'leave out `over`'],
  ['burn(query, 99%)', 0, '`burn` needs its windows', 'end the promise with `over 60s/5s`'],
  [
    'budget_spent(a, 99%) / budget_spent(b, 99%)',
    0,
    '`budget_spent` cannot be combined with another metric',
    'promise it alone',
  ],
])('a measure alone: %s', (text, offset, message, suggestion) => {
  expect(parseMeasure(text)).toEqual({ ok: false, problem: { message, offset, suggestion } });
});

test('a limit at the edge that a run can miss is none of these mistakes', () => {
  const texts = [
    'error_rate < 100%',
    'budget_spent(99%) <= 100%',
    'availability > 0%',
    'cpu(target) <= 100%',
  ];
  const signed = ['sockets_left(target) >= 0', 'memory_growth(target) >= 0%', 'metric(balance) >= 0'];
  const pairs = [
    'p95(a) - p95(b) >= 0ms',
    'metric(a) / metric(b) >= 0',
    'error_rate(a) / error_rate(b) <= 1',
    'error_rate(a) - cpu(target) <= 100%',
  ];
  for (const text of [...texts, ...signed, ...pairs]) expect(parsePromise(text).ok, text).toBe(true);
});
