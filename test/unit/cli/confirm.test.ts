// Against which variant a suspected run would be confirmed, and what is refused before anything starts.

import { expect, test } from 'vitest';
import { confirmedAgainst, type ConfirmFlag } from '../../../src/cli/confirm.ts';
import type { LoadedScenario } from '../../../src/scenario/load.ts';

/** Only what is looked at. */
const loaded = (variants: readonly string[], primary: string | null = 'p95(query)'): LoadedScenario =>
  ({
    scenario: { name: 'slow database', primary, variant: null },
    target: { name: 'rag', variants: Object.fromEntries(variants.map((name) => [name, {}])) },
  }) as unknown as LoadedScenario;

test.each<[ConfirmFlag, readonly string[], string | null]>([
  [undefined, ['before', 'after'], null],
  [true, ['before', 'after'], 'before'],
  ['old', ['old', 'after'], 'old'],
])('--confirm %s', (flag, variants, against) => {
  expect(confirmedAgainst(flag, loaded(variants), 'after')).toBe(against);
});

test.each<[string, ConfirmFlag, LoadedScenario, string, RegExp]>([
  ['an unknown one', 'old', loaded(['before', 'after']), 'after', /has no variant "old"/],
  ['no default', true, loaded(['one', 'after']), 'after', /has no variant `before`/],
  ['itself', 'after', loaded(['before', 'after']), 'after', /compared with itself/],
  ['itself by default', true, loaded(['before', 'after']), 'before', /compared with itself/],
  ['no primary metric', true, loaded(['before', 'after'], null), 'after', /no primary metric/],
])('refuses %s with exit code 2', (_what, flag, scenario, variant, message) => {
  let thrown: unknown;
  try {
    confirmedAgainst(flag, scenario, variant);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) as string });
});
