// How a load is put into words before it is run.

import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { MettleError } from '../../../src/kernel/errors.ts';
import { type DryRunOptions, printDryRun } from '../../../src/cli/dry-run.ts';
import type { Output } from '../../../src/cli/output.ts';
import { changed, examine } from '../scenario/read-fixture.ts';

const refusesNothing: DryRunOptions['guard'] = () =>
  Promise.resolve({ pins: {}, toxiproxyUrl: undefined, docker: null });

async function linesOf(text: string, flags: DryRunOptions['flags'] = {}, guard = refusesNothing) {
  const { loaded, diagnostics } = await examine(text);
  expect(diagnostics).toEqual([]);
  if (loaded === undefined) throw new Error('the scenario did not load');
  const lines: string[] = [];
  const output = {
    document: () => undefined,
    result: (line: string) => lines.push(line),
    progress: () => undefined,
  } as unknown as Output;
  const whole = { ...loaded, extraEnv: {}, warnings: [] };
  await printDryRun(output, whole, { variants: ['after'], flags, ...(guard === undefined ? {} : { guard }) });
  return lines.map((line) => line.trim());
}

async function wordsOf(text: string, threads?: number): Promise<string[]> {
  const lines = await linesOf(text, threads === undefined ? {} : { threads });
  return lines.filter((line) => /would (offer|use)/.test(line));
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

const chaos = (more: string): string =>
  changed('for: 20s\n    fault', `for: 2s\n    every: 20s\n    times: 2\n    fault`).replace(
    'slo:\n',
    `${more}slo:\n`,
  );
const held = '  - { id: held, at: 35s, for: 1s, fault: pause, on: target, inject: always }\n';

test('every injection in order of time, with its undo, who does it, and for how long it can last', async () => {
  vi.stubEnv('METTLE_STATE_DIR', '/state');
  const lines = await linesOf(chaos(held));
  vi.unstubAllEnvs();
  const latency = 'latency, latency 300ms, jitter 50ms, toxicity 100%, direction downstream on postgres';
  const removed = 'remove it from the proxy of postgres and read that back (time to live ';
  const faults = lines.filter((line) => line.startsWith('would inject'));
  expect(faults).toHaveLength(3);
  expect(faults[0]).toMatch(
    `would inject slow-db #1 at 30s for 2s, if steady: ${latency}; undo: at 32s ${removed}`,
  );
  expect(faults[1]).toMatch(
    /^would inject held at 35s for 1s: pause on target; undo: at 36s let target go on/,
  );
  expect(faults[2]).toMatch(
    `would inject slow-db #2 at 50s for 2s, if steady: ${latency}; undo: at 52s ${removed}`,
  );
  expect(lines.filter((line) => line.startsWith('would undo them: '))).toHaveLength(3);
  expect(lines.at(-1)).toBe(
    'would stop when this file appears: one of its own in /state, named at the start',
  );
});

test('what would stop the run', async () => {
  const lines = await linesOf(changed('severity: warn', 'abort: { after: 15s }'), {
    killFile: '/nowhere/stop',
  });
  expect(lines.slice(-2)).toEqual([
    'would stop when: error_rate < 1% is significantly broken over 10s, for 15s without a break',
    'would stop when this file appears: /nowhere/stop',
  ]);
});

test('what the run would refuse is refused', async () => {
  const refusal = new MettleError({ code: 'PRODUCTION', message: 'it is production' });
  await expect(linesOf(changed('x', 'x'), {}, () => Promise.reject(refusal))).rejects.toThrow(refusal);
  const there = fileURLToPath(import.meta.url);
  await expect(linesOf(changed('x', 'x'), { killFile: there })).rejects.toMatchObject({ exitCode: 2 });
});

test('the threads, by need or as asked for', async () => {
  const text = changed('rate: 40/s,', 'rate: 10/s,');
  expect((await wordsOf(text)).at(-1)).toBe('would use: 1 load thread');
  expect((await wordsOf(text, 7)).at(-1)).toBe('would use: 7 load threads');
});
