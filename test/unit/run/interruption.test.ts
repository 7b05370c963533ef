// Words for an interruption: what Ctrl-C cut short, the load or the wait after it.

import { expect, it } from 'vitest';
import { interruptionOf } from '../../../src/run/interruption.ts';

it.each([
  [false, 'interrupted before the end of the load'],
  [true, 'interrupted after the load, while what it left was waited for'],
])('the load was over: %s', (isLoadOver, words) => {
  const controller = new AbortController();
  controller.abort();
  expect(interruptionOf(controller.signal, isLoadOver)).toBe(words);
});
