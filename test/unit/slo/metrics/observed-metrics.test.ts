// Promises about processes and containers: known series with known values, and never a value from too little.

import { describe, expect, test } from 'vitest';
import type { Measure, Operator } from '../../../../src/slo/expression.ts';
import { readMeasure } from '../../../../src/slo/reading.ts';
import type { ObservedRun } from '../../../support/observed-run.ts';
import { containerLooks, containerOf, observedRun, processLooks } from '../../../support/observed-run.ts';

interface Asked {
  readonly statistic?: string;
  readonly operator?: Operator | null;
  readonly during?: readonly string[];
}

function read(metric: string, subject: string, run: ObservedRun, asked: Asked = {}) {
  const { statistic, operator = '<', during = [] } = asked;
  const argument = statistic === undefined ? null : ({ kind: 'statistic', statistic } as const);
  const measure: Measure = { metric, subject, argument, during };
  const found = readMeasure(measure, observedRun(run), [], operator);
  const { reading } = found;
  const tooFew = reading.value === null ? null : found.metric.tooFew(measure, reading.samples, 1);
  return { ...reading, note: reading.note ?? '', tooFew };
}

const target = (
  change: Parameters<typeof processLooks>[2] = () => ({}),
  from = -2,
  to = 31,
): ObservedRun => ({
  processes: [{ name: 'target', cores: 2, restarts: 0, points: processLooks(from, to, change) }],
});

describe('a statistic of a process tree', () => {
  /** 0.2 of a core in the warm-up and outside the load, 1 after it, 1.8 in the last five seconds. */
  const busy = target((second) => ({ cpuShare: second <= 5 || second > 30 ? 0.2 : second <= 25 ? 1 : 1.8 }));

  test.each([
    ['cpu', undefined, (1 * 20 + 1.8 * 5) / 25 / 2],
    ['cpu', 'max', 0.9],
    ['cpu', 'min', 0.5],
    ['cores', undefined, (1 * 20 + 1.8 * 5) / 25],
    ['cores', 'max', 1.8],
    ['cores', 'p50', 1],
  ])('%s %s is of the load after its warm-up', (metric, statistic, value) => {
    const reading = read(metric, 'target', busy, statistic === undefined ? {} : { statistic });
    expect(reading.value).toBeCloseTo(value, 9);
    expect(reading.samples).toBe(25);
  });

  test('the mean is one over time: a look that stands for three seconds weighs as much as three', () => {
    const run = target((second) =>
      second === 11 || second === 12 ? null : { cpuShare: second === 13 ? 1 : 0.1 },
    );
    // Ten pauses of one second are usual; one of three is a gap: nobody knows what was in it.
    expect(read('cores', 'target', run).value).toBeCloseTo((22 * 0.1 + 1) / 23, 9);
    const slow = target((second) => (second === 12 ? null : { cpuShare: second === 13 ? 1 : 0.1 }));
    expect(read('cores', 'target', slow).value).toBeCloseTo((23 * 0.1 + 2 * 1) / 25, 9);
  });

  test.each<[Operator | null, number]>([
    ['<', 129],
    ['<=', 129],
    ['>', 105],
    ['>=', 105],
    [null, 117],
  ])(
    'of moments the worst for the promise counts, the mean where nothing is promised: %s',
    (operator, value) => {
      // Looks at 5, 6, … 29 s: 30 s is the end of the load.
      const run = target((second) => ({ threads: 100 + second }));
      expect(read('threads', 'target', run, { operator }).value).toBeCloseTo(value, 9);
    },
  );

  test('during a phase it is of that phase alone', () => {
    const run = {
      ...busy,
      fault: [20, 25] as const,
      faults: [{ id: 'gone', on: 'postgres', effectAtMicros: 20e6 }],
    };
    expect(read('cpu', 'target', run, { during: ['fault:gone'] })).toMatchObject({ value: 0.5, samples: 5 });
    expect(read('cores', 'target', run, { during: ['warmup'] }).value).toBeCloseTo(0.2, 9);
  });

  test('a percentile needs 10/(1−q) looks', () => {
    expect(read('cpu', 'target', busy, { statistic: 'p50' }).tooFew).toBeNull();
    expect(read('cpu', 'target', busy, { statistic: 'p90' }).tooFew).toContain('at least 100 looks');
  });
});

describe('no value, with the reason', () => {
  test.each<[string, string, ObservedRun, Asked, string]>([
    ['cpu', 'target', { processes: [] }, {}, '`observe: { process: true }` is not in the target file'],
    ['cpu', 'target', { processes: [], platform: 'darwin' }, {}, 'on Linux only, this run was on darwin'],
    [
      'cpu',
      'target',
      { processes: [], target: { name: 'x', kind: 'url', http: 'http://127.0.0.1:1', ws: null } },
      {},
      'given by its URL',
    ],
    ['cpu', 'postgres', target(), {}, 'nothing of `postgres` is in this record (it has: target)'],
    ['cpu', 'service:db', target(), {}, '`observe: { docker: true }`'],
    ['cpu', 'service:db', { containers: [containerOf('a')] }, {}, '(it has: container:a)'],
    ['cpu', 'target', { processes: [{ name: 'target', points: processLooks(0, 30) }] }, {}, 'how many cores'],
    ['threads', 'target', target(), {}, 'could not be seen'],
    ['memory', 'target', target(() => ({}), 1, 7), {}, '`target` was seen for 2s of the 25s'],
    ['memory', 'target', target(() => ({}), 1, 6), {}, 'looked at 2 times'],
    ['memory', 'target', target(), { during: ['fault:gone'] }, 'no fault `gone`'],
    ['memory_share', 'target', target(), {}, 'no memory limit'],
    ['oom_kills', 'target', target(), {}, 'nobody of `target`'],
    ['processes', 'target', target(), {}, 'counted of containers'],
    ['threads', 'container:a', { containers: [containerOf('a')] }, {}, 'not of `container:a`'],
    ['cpu', 'container:a', { containers: [containerOf('a', { cores: null })] }, {}, 'how many cores'],
    ['restarts', 'target', target(), { during: ['steady'] }, 'leave out `during`'],
    [
      'restarts',
      'container:a',
      { containers: [containerOf('a', { restarts: null })] },
      {},
      'stopped telling',
    ],
    [
      'oom_kills',
      'container:a',
      { containers: [containerOf('a', { outOfMemory: null })] },
      {},
      'stopped telling',
    ],
  ])('%s(%s) %#', (metric, subject, run, asked, reason) => {
    const reading = read(metric, subject, run, asked);
    expect(reading.value).toBeNull();
    expect(reading.note).toContain(reason);
  });

  test('a target that was away for a third of the time was not seen enough', () => {
    const run = target((second) => (second > 12 && second < 21 ? null : {}));
    expect(read('memory', 'target', run).note).toContain('was seen for 17s of the 25s');
  });
});

describe('a target that a fault has taken away', () => {
  const gone = (on: string): ObservedRun => ({
    ...target((second) => (second > 12 && second <= 21 ? null : {})),
    fault: [12, 21],
    faults: [{ id: 'gone', kind: 'kill', on, effectAtMicros: 12e6, clearedAtMicros: 21e6 }],
  });

  test('is not missed while the fault lasted', () => {
    expect(read('memory', 'target', gone('target'))).toMatchObject({ value: 100_000_000, samples: 16 });
  });

  test('is missed where that very time is asked for', () => {
    expect(read('memory', 'target', gone('target'), { during: ['fault:gone'] }).value).toBeNull();
  });

  test('is missed when the fault was on something else', () => {
    expect(read('memory', 'target', gone('postgres')).note).toContain('was seen for');
  });

  test('a container is known by the selector or by the names that were hit', () => {
    const points = containerLooks(1, 30).filter(({ atMicros }) => atMicros <= 12e6 || atMicros > 21e6);
    const run = (on: string, hit: string): ObservedRun => ({
      ...gone(on),
      faults: [
        {
          id: 'gone',
          kind: 'stop',
          on,
          with: { containers: hit },
          effectAtMicros: 12e6,
          clearedAtMicros: 21e6,
        },
      ],
      containers: [containerOf('shop_db_1', { service: 'db', points })],
    });
    expect(read('memory', 'service:db', run('service:db', 'shop_db_1')).value).toBe(100_000_000);
    expect(read('memory', 'service:db', run('label:x', 'shop_db_2, shop_db_1')).value).toBe(100_000_000);
    expect(read('memory', 'service:db', run('service:db', 'shop_db_10')).value).toBeNull();
  });
});

describe('containers of one service', () => {
  const one = containerOf('one', {
    service: 'db',
    points: containerLooks(1, 30, { memoryBytes: 50 }),
    memoryLimitBytes: 100,
  });
  const two = containerOf('two', {
    service: 'db',
    points: containerLooks(1, 30, { memoryBytes: 80 }),
    memoryLimitBytes: 400,
  });

  test('the worst one counts', () => {
    const run = { containers: [one, two] };
    expect(read('memory', 'service:db', run).value).toBe(80);
    expect(read('memory', 'service:db', run, { operator: '>' }).value).toBe(50);
    expect(read('memory_share', 'service:db', run).value).toBe(0.5);
    expect(read('memory', 'container:one', run).value).toBe(50);
    expect(read('processes', 'service:db', run).value).toBe(4);
  });

  test('one that cannot be read leaves it open', () => {
    const run = { containers: [one, { ...two, memoryLimitBytes: null }] };
    expect(read('memory_share', 'service:db', run).note).toContain('`container:two` has no memory limit');
  });
});

describe('what is counted over the run', () => {
  const restarted = (restarts: number, looks = processLooks(-2, 31)): ObservedRun => ({
    processes: [{ name: 'target', cores: 2, restarts, points: looks }],
  });

  test('is a number when all of it was watched', () => {
    expect(read('restarts', 'target', restarted(2))).toMatchObject({ value: 2, atLeast: false });
    expect(read('restarts', 'target', restarted(0))).toMatchObject({ value: 0, atLeast: false });
    const run = { containers: [containerOf('a', { outOfMemory: 1 })] };
    expect(read('oom_kills', 'container:a', run).value).toBe(1);
  });

  test('never happened says nothing where it was not watched, happened does', () => {
    const short = processLooks(1, 10);
    expect(read('restarts', 'target', restarted(0, short)).value).toBeNull();
    const reading = read('restarts', 'target', restarted(2, short));
    expect(reading).toMatchObject({ value: 2, atLeast: true });
    expect(reading.undecided?.(1)).toBeNull();
    expect(reading.undecided?.(3)).toContain('was seen for');
  });

  test('at least so many keep no promise that allows just as many', () => {
    const short = restarted(1, processLooks(1, 10));
    expect(read('restarts', 'target', short, { operator: '<=' }).undecided?.(1)).toContain('was seen for');
    expect(read('restarts', 'target', short, { operator: '<' }).undecided?.(1)).toBeNull();
    expect(read('restarts', 'target', short, { operator: '>=' }).undecided?.(1)).toBeNull();
  });

  test('of several one that may have more leaves open what the worst does not break', () => {
    const containers = [
      containerOf('one', { service: 'db', restarts: 2 }),
      containerOf('two', { service: 'db', restarts: 1, points: containerLooks(1, 10) }),
    ];
    const reading = read('restarts', 'service:db', { containers }, { operator: '<' });
    expect(reading).toMatchObject({ value: 2, atLeast: true });
    expect(reading.undecided?.(3)).toContain('`container:two` was seen for');
    expect(reading.undecided?.(1)).toBeNull();
  });
});

describe('what is left after the load', () => {
  const settled = { fromMicros: 31e6, toMicros: 38e6 };
  const left = (more: Partial<ObservedRun> = {}, restarts = 0): ObservedRun => ({
    processes: [
      {
        ...{ name: 'target', restarts },
        points: processLooks(-3, 38, (second) => ({
          memoryBytes: second < 0 ? 100 + second : second < 33 ? 900 : 120 + second,
          sockets: second < 0 ? 4 : second < 33 ? 50 : 6,
          openFiles: second < 0 ? 20 : 19,
        })),
      },
    ],
    settled,
    ...more,
  });

  test('is the median of the last three looks against that of the looks before the load', () => {
    // Before: 97, 98, 99; after: 156, 157, 158.
    expect(read('memory_growth', 'target', left())).toMatchObject({ value: 157 / 98 - 1, samples: 6 });
    expect(read('sockets_left', 'target', left()).value).toBe(2);
    expect(read('open_files_left', 'target', left()).value).toBe(-1);
  });

  test('containers have their memory compared', () => {
    const points = containerLooks(-2, 38).map((point) => ({
      ...point,
      memoryBytes: point.atMicros < 0 ? 100 : 150,
    }));
    const run = { containers: [containerOf('a', { points })], settled };
    expect(read('memory_growth', 'container:a', run).value).toBeCloseTo(0.5, 9);
    expect(read('sockets_left', 'container:a', run).note).toContain('not of containers');
    const unknown = { containers: [containerOf('a', { points, restarts: null })], settled };
    expect(read('memory_growth', 'container:a', unknown).note).toContain('is not known');
  });

  test.each<[string, ObservedRun, Asked, string]>([
    ['nobody waited', { processes: left().processes ?? [] }, {}, 'nobody waited after the load'],
    ['started again', left({}, 1), {}, 'started again in between'],
    ['a phase', left(), { during: ['steady'] }, 'leave out `during`'],
    [
      'too short',
      left({ settled: { fromMicros: 31e6, toMicros: 33e6 } }),
      {},
      '3 times before the load and 2 times after',
    ],
    [
      'no look before',
      { ...target(() => ({}), 0, 38), settled },
      {},
      '0 times before the load and 3 times after',
    ],
  ])('%s: no value', (_what, run, asked, reason) => {
    const reading = read('memory_growth', 'target', run, asked);
    expect(reading.value).toBeNull();
    expect(reading.note).toContain(reason);
  });

  test('descriptors that could not be counted leave nothing to compare', () => {
    expect(read('sockets_left', 'target', { ...target(() => ({}), -3, 38), settled }).value).toBeNull();
  });
});
