// How a load is put into words before it is run.

import { expect, test } from 'vitest';
import { printDryRun } from '../../../src/cli/dry-run.ts';
import type { Output } from '../../../src/cli/output.ts';
import { changed, examine } from '../scenario/read-fixture.ts';

async function wordsOf(text: string, threads?: number): Promise<string[]> {
  const { loaded, diagnostics } = await examine(text);
  expect(diagnostics).toEqual([]);
  if (loaded === undefined) throw new Error('the scenario did not load');
  const lines: string[] = [];
  const output = {
    document: () => undefined,
    result: (line: string) => lines.push(line),
    progress: () => undefined,
  } as unknown as Output;
  printDryRun(output, { ...loaded, extraEnv: {}, warnings: [] }, ['after'], threads);
  return lines.filter((line) => /would (offer|use)/.test(line)).map((line) => line.trim());
}

const watching = '  - flow: watch\n';

test.each([
  [
    changed(
      watching,
      '  - flow: [watch, ask]\n    delay: 15s\n    every: 2s\n    iterations: 500 in total\n',
    ).replace('  watch:\n', '  watch:\n    weight: 3\n'),
    'would offer: watch (75%) or ask (25%): 0 to 50 users for 20s, then 50 users for 80s, each every 2s, at most 500 iterations in total; from 15s on',
  ],
  [
    changed('onLimit: drop', 'onLimit: queue'),
    'would offer: ask: 5/s for 10s, then 5/s to 40/s for 30s, then 40/s for 60s at random (Poisson), at most 500 in flight, the rest queued',
  ],
  [
    changed(watching, '  - flow: watch\n    iterations: 10 per user\n'),
    'would offer: watch: 0 to 50 users for 20s, then 50 users for 80s, at most 10 iterations per user',
  ],
])('a load entry', async (text, line) => {
  expect(await wordsOf(text)).toContain(line);
});

test('the threads, by need or as asked for', async () => {
  const text = changed('rate: 40/s,', 'rate: 10/s,');
  expect((await wordsOf(text)).at(-1)).toBe('would use: 1 load thread');
  expect((await wordsOf(text, 7)).at(-1)).toBe('would use: 7 load threads');
});
