// The phases of a run and what its faults did, made from when they took and lost effect; asked for again, they are the same.

import { describe, expect, it } from 'vitest';
import type { FaultRecord } from '../../../src/record/schema.ts';
import { type Effects, effectsOf } from '../../../src/run/effects.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { faultIn, second, slicesAt } from '../../support/timelines.ts';

const slo = [{ assert: 'error_rate < 5%', severity: 'fail' as const }];

const happened = (letters: string, faults: readonly FaultRecord[]) => ({
  ...{ slices: slicesAt(0, letters), faults },
  ...{ elapsedMicros: letters.length * second, plannedMicros: letters.length * second },
});

const told = ({ phases }: Effects): string[] =>
  phases.map(({ name, startMicros, endMicros }) => `${name} ${startMicros / second}-${endMicros / second}`);

describe('the effects of faults', () => {
  it('end a recovery where the promises held again, and leave the rest to steady', () => {
    const effects = effectsOf(
      { slo, warmupMicros: 2 * second },
      happened('.....xxxx......', [faultIn('a', 5, 7)]),
    );
    expect(told(effects)).toEqual([
      'warmup 0-2',
      'steady 2-5',
      'fault:a 5-7',
      'recovery:a 7-9',
      'steady 9-15',
    ]);
    expect(effects.faults[0]?.impact).toMatchObject({ recoveryMicros: 2 * second, deficit: 80 });
  });

  it('have no recovery where nothing was broken', () => {
    const effects = effectsOf({ slo, warmupMicros: 0 }, happened('............', [faultIn('a', 5, 7)]));
    expect(told(effects)).toEqual(['steady 0-5', 'fault:a 5-7', 'steady 7-12']);
    expect(effects.faults[0]?.impact).toMatchObject({ detectionMicros: null, recoveryMicros: 0 });
  });

  it('share the time of faults that overlap, and steady is none of it', () => {
    const faults = [faultIn('a', 3, 7), faultIn('b', 5, 9)];
    const effects = effectsOf({ slo, warmupMicros: 0 }, happened('...xxxxxx......', faults));
    expect(told(effects).filter((text) => !text.startsWith('recovery:a'))).toEqual([
      ...['steady 0-3', 'fault:a 3-7', 'fault:b 5-9', 'steady 9-15'],
    ]);
  });

  it('follow the promises they are asked about: others, another recovery', () => {
    const run = happened('.....ssss......', [faultIn('a', 5, 7)]);
    const first = effectsOf({ slo, warmupMicros: 0 }, run);
    expect(first.faults[0]?.impact?.recoveryMicros).toBe(0);
    const strict = [{ assert: 'p90(query) < 1s', severity: 'fail' as const }];
    const again = effectsOf({ slo: strict, warmupMicros: 0 }, { ...run, faults: first.faults });
    expect(again.faults[0]?.impact).toMatchObject({ detectionMicros: 0, recoveryMicros: 2 * second });
    expect(again.faults[0]?.impact?.budget.map(({ promise }) => promise)).toEqual(['p90(query) < 1s']);
    expect(effectsOf({ slo, warmupMicros: 0 }, { ...run, faults: again.faults })).toEqual(first);
  });

  it('are those of each time of a fault that repeats, in phases of one name', () => {
    const faults = [faultIn('a', 3, 5, 1), faultIn('a', 10, 12, 2)];
    const effects = effectsOf({ slo, warmupMicros: 0 }, happened('...xxx....xxxxx....', faults));
    expect(told(effects).filter((text) => text.startsWith('recovery:a'))).toEqual([
      ...['recovery:a 5-6', 'recovery:a 12-15'],
    ]);
    expect(effects.faults.map(({ impact }) => impact?.recoveryMicros)).toEqual([second, 3 * second]);
  });
});

describe('every metric of a series', () => {
  const faults = [faultIn('a', 4, 8), faultIn('b', 6, 10)];
  const warmupMicros = 2 * second;
  const run = happened('....1xhxxxhx........', faults);
  const effects = effectsOf({ slo, warmupMicros }, run);
  const plain = runDataOf({ slices: run.slices, phases: effects.phases, faults: effects.faults });
  const data = { ...plain, run: { ...plain.run, load: { ...plain.run.load, warmupMicros } } };
  const names = [...new Set(effects.phases.map(({ name }) => name))];
  const metrics = [
    'p50(query)',
    'mean',
    'max(query)',
    'error_rate',
    'availability(query)',
    'achieved',
    'dropped',
  ];
  const more = ['throughput(query)', 'p50(query, ok)'];

  it('can be asked for in every phase', () => {
    expect(names).toEqual(['warmup', 'steady', 'fault:a', 'fault:b', 'recovery:a', 'recovery:b']);
    for (const phase of names) {
      const promises = [...metrics, ...more].map((metric) => ({
        ...{ text: `${metric} >= 1${unitOf(metric)} during ${phase}`, severity: 'fail' as const },
      }));
      const judged = evaluatePromises(promises, data);
      expect(judged.filter(({ value }) => value === null)).toEqual([]);
    }
  });

  it('counts what two faults share in both, and once in both together', () => {
    const samplesIn = (during: string): number =>
      evaluatePromises([{ text: `error_rate < 100% during ${during}`, severity: 'fail' }], data)[0]
        ?.samples ?? NaN;
    expect([samplesIn('fault:a'), samplesIn('fault:b')]).toEqual([80, 80]);
    expect(samplesIn('fault:a, fault:b')).toBe(120);
    expect(samplesIn('steady')).toBe(40 + 8 * 20);
  });
});

const unitOf = (metric: string): string => {
  if (/^(p50|mean|max)/.test(metric)) return 'ms';
  return metric.startsWith('throughput') ? '/s' : '%';
};
