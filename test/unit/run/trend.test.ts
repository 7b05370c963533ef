// What a trend is asked about must be in the history, a branch however it is written; a name of the history is no control.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendHistory } from '../../../src/record/history.ts';
import { makeTrend, type TrendOptions } from '../../../src/run/trend.ts';
import { historyOf, stretches } from '../../support/trends.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-trend-'));
  const entries = historyOf({
    medians: stretches([16, 100_000]),
    different: (index) => ({ variant: index === 0 ? 'before\u009b2J\nforged' : 'after' }),
  });
  for (const entry of entries) await appendHistory(join(folder, 'history'), entry);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const trendOf = (options: Partial<TrendOptions>) =>
  makeTrend({
    ...{ paths: [join(folder, 'history')], out: join(folder, 'out'), metrics: [], limits: [] },
    ...{ suppressions: [], horizonDays: 90, seed: 1, command: 'mettle trend' },
    progress: () => undefined,
    ...options,
  });

test.each(['main', 'origin/main', 'refs/heads/main'])('--branch %s is there', async (branch) => {
  const { trend } = await trendOf({ branch, variant: 'after' });
  expect(trend.series[0]!.metrics[0]!.runs).toHaveLength(15);
});

test('a branch that no run has is refused, and the nearest one is told', async () => {
  await expect(trendOf({ branch: 'origin/mian' })).rejects.toMatchObject({
    ...{ code: 'NOT_IN_HISTORY', exitCode: 2, hint: 'did you mean "main"?' },
  });
});

test.each(['before�2J', 'quite another'])(
  'the hint about %s is one line without controls',
  async (variant) => {
    const refused = await trendOf({ variant }).catch((error: unknown) => error);
    const { hint } = refused as { hint: string };
    expect(hint).toContain('before�2J forged');
  },
);
