// A kill file: refused when it is there already, noticed when it appears, removed where it was Mettle's own.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { killFileOf, watchKillFile } from '../../../src/run/kill-file.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kill-file-'));
  vi.stubEnv('METTLE_STATE_DIR', join(folder, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const ticks = 250_000;

test('is noticed at the next look, and named by the reason of the signal', async () => {
  const clock = new FakeClock();
  const there = { now: false };
  const path = join(folder, 'stop');
  const file = await watchKillFile({ path, clock, exists: () => Promise.resolve(there.now) });
  await clock.advance(10 * ticks);
  expect(file.signal.aborted).toBe(false);
  there.now = true;
  await clock.advance(ticks);
  expect(file.signal.aborted).toBe(true);
  expect(killFileOf(AbortSignal.any([new AbortController().signal, file.signal]))).toBe(path);
  await file.close();
  expect(clock.sleeping).toBe(0);
});

test('that is there at the start is refused, exit code 2', async () => {
  const path = join(folder, 'stop');
  writeFileSync(path, '');
  await expect(watchKillFile({ path })).rejects.toMatchObject({ code: 'KILL_FILE', exitCode: 2 });
  expect(existsSync(path)).toBe(true);
});

test('whose place cannot be looked at is refused', async () => {
  writeFileSync(join(folder, 'file'), '');
  const path = join(folder, 'file', 'stop');
  await expect(watchKillFile({ path })).rejects.toMatchObject({ code: 'KILL_FILE', exitCode: 2 });
});

test('is in the state folder by default and removed from there; one that was named stays', async () => {
  const own = await watchKillFile();
  expect(own.path.startsWith(join(folder, 'state', 'kill-'))).toBe(true);
  writeFileSync(own.path, 'whatever');
  await own.close();
  expect(existsSync(own.path)).toBe(false);
  const named = await watchKillFile({ path: join(folder, 'stop') });
  writeFileSync(named.path, '');
  await named.close();
  expect(existsSync(named.path)).toBe(true);
});

test('is looked for without an end being in sight, and nothing else is taken for it', async () => {
  const clock = new FakeClock();
  const file = await watchKillFile({ path: join(folder, 'stop'), clock });
  writeFileSync(join(folder, 'stop.txt'), '');
  await clock.advance(ticks);
  expect(file.signal.aborted).toBe(false);
  expect(killFileOf(AbortSignal.abort('SIGINT'))).toBeNull();
  await file.close();
});
