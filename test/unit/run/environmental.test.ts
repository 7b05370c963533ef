// Which runs may be made again: those that the generator or the machine spoiled, and nothing the target may have done.

import { expect, test } from 'vitest';
import { isEnvironmental, threadDied } from '../../../src/run/environmental.ts';
import { runDataOf, type RunSketch } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { invalid, saturated } from '../../support/stored-runs.ts';

const answered = [sliceOf('query', 0, 10_000_000, { okMicros: repeated(40, 100_000) })];
const refused = [sliceOf('query', 0, 10_000_000, { timedOutMicros: [5_000_000] })];

const outside = { name: 'added latency', asked: '50ms', happened: '90ms', status: 'outside' as const };
const missed = { before: 40, during: 0, status: 'missed' as const };

const onContainer = (name: string) => ({
  ...{ id: 'full', kind: 'exec', on: 'service:web' },
  fidelity: [{ ...outside, name }],
});

const of = (sketch: Partial<RunSketch>): boolean =>
  isEnvironmental(runDataOf({ slices: answered, ...sketch }).run);

test.each<[string, Partial<RunSketch>, boolean]>([
  ['a saturated generator', saturated(), true],
  ['a load thread that died', { verdict: invalid(threadDied('thread 1: out of memory')) }, true],
  [
    'a fault that was not as asked',
    { verdict: invalid('fault slow'), faults: [{ id: 'slow', fidelity: [outside] }] },
    true,
  ],
  ['a fault without traffic besides', { ...saturated(), faults: [{ id: 'slow', traffic: missed }] }, false],
  ['no good answer at all, and nothing else', { verdict: invalid('no good answer'), slices: refused }, false],
  ['no good answer at all from a saturated generator', { ...saturated(), slices: refused }, false],
  [
    'no good answer at all, and a load thread that died',
    { verdict: invalid(threadDied('thread 0: out of memory')), slices: refused },
    false,
  ],
  [
    'good answers in the warm-up alone',
    {
      ...saturated(),
      load: { ...runDataOf({ slices: answered }).run.load, warmupMicros: 10_000_000 },
      slices: [...answered, sliceOf('query', 10_000_000, 20_000_000, { timedOutMicros: [5_000_000] })],
    },
    false,
  ],
  ...(['container', 'web_1: container', 'begin', 'kept', 'runs again'] as const).map(
    (name): [string, Partial<RunSketch>, boolean] => [
      `\`${name}\` of a fault on a container, which the target may have caused`,
      { verdict: invalid('fault full'), faults: [onContainer(name)] },
      false,
    ],
  ),
  [
    'a limit of a container that was not as asked',
    { verdict: invalid('fault full'), faults: [onContainer('web_1: processor limit')] },
    true,
  ],
  [
    'a fault on a link that was begun late',
    { verdict: invalid('fault slow'), faults: [{ id: 'slow', fidelity: [{ ...outside, name: 'begin' }] }] },
    true,
  ],
  ['nothing', {}, false],
])('%s', (_what, sketch, expected) => {
  expect(of(sketch)).toBe(expected);
});
