// Promises about what was only seen in part: under faults that take nothing away, of half a service, without memory.

import { describe, expect, test } from 'vitest';
import type { Measure } from '../../../../src/slo/expression.ts';
import { readMeasure } from '../../../../src/slo/reading.ts';
import type { ObservedRun } from '../../../support/observed-run.ts';
import { containerLooks, containerOf, observedRun, processLooks } from '../../../support/observed-run.ts';

function read(metric: string, subject: string, run: ObservedRun) {
  const measure: Measure = { metric, subject, argument: null, during: [] };
  return readMeasure(measure, observedRun(run), [], '<').reading;
}

const away = (second: number): boolean => second > 12 && second <= 21;

describe('a process that was not there while a fault of its name lasted', () => {
  const under = (kind: string): ObservedRun => ({
    processes: [
      {
        ...{ name: 'postgres', cores: 2, restarts: 0 },
        points: processLooks(-2, 31, (second) => (away(second) ? null : {})),
      },
    ],
    fault: [12, 21],
    faults: [{ id: 'gone', kind, on: 'postgres', effectAtMicros: 12e6, clearedAtMicros: 21e6 }],
  });

  test.each(['kill', 'restart'])('was taken away by %s', (kind) => {
    expect(read('memory', 'postgres', under(kind)).value).toBe(100_000_000);
  });

  test.each(['latency', 'down', 'bandwidth', 'pause', 'connections'])('is missed under %s', (kind) => {
    expect(read('memory', 'postgres', under(kind))).toMatchObject({ value: null });
  });
});

describe('a container that was not there while it was held', () => {
  const points = containerLooks(1, 30).filter(({ atMicros }) => !away(atMicros / 1e6));
  test.each([
    ...[
      ['kill', true],
      ['stop', true],
      ['restart', true],
    ],
    ...[
      ['pause', false],
      ['cpu', false],
      ['disconnect', false],
    ],
  ] as const)('by %s: excused %s', (kind, isExcused) => {
    const fault = { id: 'gone', kind, on: 'container:db', effectAtMicros: 12e6, clearedAtMicros: 21e6 };
    const run = { fault: [12, 21] as const, faults: [fault], containers: [containerOf('db', { points })] };
    expect(read('memory', 'container:db', run).value).toBe(isExcused ? 100_000_000 : null);
  });
});

describe('a service of which not all was watched', () => {
  const [one, two] = ['one', 'two'].map((name) => containerOf(name, { service: 'web' }));
  if (one === undefined || two === undefined) throw new Error('two are needed');

  test.each(['cpu', 'memory', 'restarts', 'oom_kills'])('has no %s', (metric) => {
    expect(read(metric, 'service:web', { containers: [one, two] }).value).not.toBeNull();
    const idle = { containers: [one, { ...two, points: [] }] };
    expect(read(metric, 'service:web', idle)).toMatchObject({ value: null });
    expect(read(metric, 'service:web', idle).note).toContain('`container:two` was looked at 0 times');
    const partial = { containers: [one, { ...two, servicePartial: true }] };
    expect(read(metric, 'service:web', partial)).toMatchObject({
      value: null,
      note: 'not every container of `service:web` was watched, so nothing is known of all of them',
    });
    expect(read(metric, 'container:two', partial).value).not.toBeNull();
  });

  test('has the reason when none could be watched although it was asked for', () => {
    expect(read('cpu', 'service:web', { containers: [] }).note).toBe(
      'nothing of `service:web` is in this record: no container could be watched (the notes say why)',
    );
    expect(read('cpu', 'service:web', {}).note).toContain('needs `observe: { docker: true }`');
  });
});

test('memory that is not shown is no value, and restarts are counted without it', () => {
  const points = processLooks(-2, 31).map(({ memoryBytes: _, ...shown }) => shown);
  const run = { processes: [{ name: 'target', cores: 2, restarts: 0, points }] };
  expect(read('memory', 'target', run)).toMatchObject({ value: null });
  expect(read('memory', 'target', run).note).toContain('memory of `target` could not be seen');
  expect(read('cores', 'target', run).value).toBeCloseTo(0.5, 9);
  expect(read('restarts', 'target', run).value).toBe(0);
});
