// Into which slice a sample falls, what is counted there, and that handing over loses nothing.

import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../src/measure/recorder.ts';
import type { Slice } from '../../../src/measure/slice.ts';
import { SliceStore } from '../../../src/measure/slice-store.ts';
import { sampleOf, startAtMicros } from '../../support/samples.ts';

const second = 1_000_000;

interface Both {
  readonly recorder: Recorder;
  readonly store: SliceStore;
  edge(atMicros: number, kind: 'effect' | 'clear'): void;
  slices(): Slice[];
}

function recording(warmupMicros = 0): Both {
  const recorder = new Recorder(startAtMicros, warmupMicros);
  const store = new SliceStore(warmupMicros);
  return {
    recorder,
    store,
    edge: (atMicros, kind) => {
      recorder.edge(atMicros, kind);
      store.edge(atMicros, kind);
    },
    slices: () => {
      for (const delta of recorder.flushDelta()) store.add(delta);
      return store.slices();
    },
  };
}

const spans = (slices: readonly Slice[]): number[][] =>
  slices.map(({ startMicros, endMicros, counts }) => [startMicros, endMicros, counts.offered]);

describe('recorder', () => {
  it('puts a sample where it was due, and a good end where it ended', () => {
    const both = recording();
    both.recorder.record(sampleOf({ due: 0.9 * second, started: 1.2 * second, ended: 2.5 * second }));
    const slices = both.slices();
    expect(
      slices.map(({ startMicros, counts }) => [startMicros, counts.offered, counts.begun, counts.okEnded]),
    ).toEqual([
      [0, 1, 0, 0],
      [second, 0, 1, 0],
      [2 * second, 0, 0, 1],
    ]);
    const [first] = slices;
    // 3 digits: 1.6 s and 1.3 s to within 0.1 %
    expect(first?.histograms.response?.maxValue).toBeGreaterThan(1.598 * second);
    expect(first?.histograms.service?.maxValue).toBeLessThan(1.302 * second);
  });

  it('goes by the start where no due time exists', () => {
    const both = recording();
    both.recorder.record(sampleOf({ due: null, started: 1.5 * second, ended: 1.6 * second }));
    const [slice] = both.slices();
    expect(slice?.startMicros).toBe(second);
    expect(slice?.histograms.response?.maxValue).toBe(slice?.histograms.service?.maxValue);
  });

  it('puts what is due on a full second into the slice that begins there', () => {
    const both = recording();
    both.recorder.record(sampleOf({ started: second, ended: second + 10 }));
    expect(both.slices()[0]?.startMicros).toBe(second);
  });

  it('begins slices anew at the end of the warm-up and at every edge', () => {
    const both = recording(0.5 * second);
    both.edge(2.2 * second, 'effect');
    both.edge(3.1 * second, 'clear');
    for (let at = 0; at < 5 * second; at += 0.1 * second) {
      both.recorder.record(sampleOf({ started: at, ended: at + 1 }));
    }
    expect(spans(both.slices())).toEqual([
      [0, 0.5 * second, 5],
      [0.5 * second, 1.5 * second, 10],
      [1.5 * second, 2.2 * second, 7],
      [2.2 * second, 3.1 * second, 9],
      [3_100_000, 4_100_000, 10],
      [4_100_000, 5_100_000, 9],
    ]);
  });

  it('gives a fault what was in flight when it took effect, but not what was in flight when it cleared', () => {
    const both = recording();
    both.edge(2 * second, 'effect');
    both.edge(4 * second, 'clear');
    both.recorder.record(sampleOf({ started: 1.9 * second, ended: 2.5 * second }));
    both.recorder.record(sampleOf({ started: 1.9 * second, ended: 1.95 * second }));
    both.recorder.record(sampleOf({ started: 3.9 * second, ended: 4.5 * second }));
    expect(spans(both.slices()).filter(([, , offered]) => offered !== 0)).toEqual([
      [second, 2 * second, 1],
      [2 * second, 3 * second, 1],
      [3 * second, 4 * second, 1],
    ]);
  });

  it('settles what was handed over before it had heard of an edge', () => {
    const both = recording();
    both.recorder.record(sampleOf({ started: 3.2 * second, ended: 3.3 * second }));
    both.slices();
    both.edge(2.5 * second, 'effect');
    both.recorder.record(sampleOf({ started: 3.2 * second, ended: 3.3 * second }));
    expect(spans(both.slices())).toEqual([[2.5 * second, 3.5 * second, 2]]);
  });

  it('counts dropped, unsent and skipped work where it was due', () => {
    const both = recording();
    both.recorder.notStarted('ask', startAtMicros + 1.5 * second, 'dropped');
    both.recorder.notStarted('ask', startAtMicros + 1.6 * second, 'unsent');
    both.recorder.skipped('ask', startAtMicros + 1.7 * second, 3);
    const [slice] = both.slices();
    expect(slice?.startMicros).toBe(second);
    expect(slice?.counts).toMatchObject({
      offered: 2,
      started: 0,
      dropped: 1,
      unsent: 1,
      skipped: 3,
      errors: { dropped: 1, unsent: 1 },
    });
  });

  it('keeps failed and censored apart, both out of the good latencies', () => {
    const both = recording();
    both.recorder.record(sampleOf({ started: 0, ended: 100 }, { error: 'status', status: '500' }));
    both.recorder.record(sampleOf({ started: 0, ended: 200 }, { error: 'timeout', answered: false }));
    both.recorder.record(
      sampleOf({ started: 0, ended: 300 }, { error: 'timeout', answered: false, censored: true }),
    );
    const [slice] = both.slices();
    expect(slice?.counts).toMatchObject({
      offered: 3,
      started: 3,
      ok: 0,
      failed: 2,
      censored: 1,
      answered: 1,
      okEnded: 0,
      errors: { status: 1, timeout: 2 },
      statuses: { '500': 1 },
    });
    expect(slice?.histograms.response).toBeUndefined();
    expect(slice?.histograms.responseFailed?.totalCount).toBe(3);
  });

  it('keeps the first three examples of each series and class, once', () => {
    const { recorder } = recording();
    for (let n = 0; n < 5; n += 1) {
      recorder.record(sampleOf({ started: n, ended: n + 1 }, { error: 'status', example: `s${n}` }));
      recorder.record(sampleOf({ started: n, ended: n + 1 }, { error: 'reset', example: `r${n}` }));
    }
    const shown = recorder
      .takeExamples()
      .map(({ class: errorClass, example, atMicros }) => [errorClass, example, atMicros]);
    expect(shown).toHaveLength(6);
    expect(shown).toContainEqual(['status', 's2', 2]);
    expect(recorder.takeExamples()).toEqual([]);
  });

  it('hands over once, and lets samples in between two cells', () => {
    const both = recording();
    both.recorder.record(sampleOf({ started: 0, ended: 10 }));
    both.recorder.record(sampleOf({ started: second, ended: second + 10 }));
    for (const delta of both.recorder.flushDelta()) {
      both.recorder.record(sampleOf({ started: 0, ended: 20 }));
      both.store.add(delta);
    }
    expect(both.slices().map(({ counts }) => counts.ok)).toEqual([3, 1]);
    expect([...both.recorder.flushDelta()]).toEqual([]);
  });
});
