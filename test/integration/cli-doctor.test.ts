// `mettle doctor`: it measures, says so, keeps the result, and runs put it into their records.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { doctorSchema } from '../../src/record/doctor-schema.ts';
import { lastRecord, openWorkspace, type Workspace } from '../support/cli.ts';
import type { KnownServer } from '../support/known-servers.ts';
import { startConstantServer } from '../support/known-servers.ts';

let workspace: Workspace;
let server: KnownServer;

beforeAll(async () => {
  server = await startConstantServer(1);
});
afterAll(() => server.close());
beforeEach(async () => {
  workspace = await openWorkspace();
  return () => workspace.close();
});

const load = (): string[] => ['run', server.url, '--rate', '20/s', '--for', '1s'];
/** In place of `off`, which the tests of everything else set. */
const on = { METTLE_DOCTOR: '' };

it('measures with real threads, and records of later runs carry the result', async () => {
  const result = await workspace.run(['doctor', '--json'], { env: on });
  expect(result.exitCode, result.stderr).toBe(0);
  const doctor = doctorSchema.parse(JSON.parse(result.stdout));
  expect(doctor.short).toBe(false);
  // Whatever else this machine does: some requests are sent in a second, and the clock is not a second late.
  expect(doctor.ceilingPerSecond).toBeGreaterThan(50);
  expect(doctor.timerErrorP50Micros).toBeLessThan(1_000_000);
  expect(doctor.biasP99Micros).not.toBeNull();
  expect(doctor.judgements.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['timer error', 'requests per thread', 'bias of p50', 'bias of p99', 'processors', 'memory'],
      ...['open files', 'ports', 'Docker', 'Toxiproxy', 'PostgreSQL'],
    ]),
  );
  expect(readdirSync(join(workspace.stateFolder, 'doctor'))).toHaveLength(1);

  const run = await workspace.run(load(), { env: on });
  expect(run.stderr).not.toContain('check-up');
  expect(lastRecord(workspace).environment.doctor).toEqual(doctor);
});

it('is for people by default: a level and a meaning for each', async () => {
  const result = await workspace.run(['doctor']);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout).toMatch(/^timer error +(good|watch|poor) +p50 /m);
  expect(result.stdout).toMatch(/^requests per thread +(good|watch|poor) +[\d,]+\/s/m);
  expect(result.stdout).toContain('plan for half of it');
});

it('is short before a run that knows nothing of its machine, and made once', async () => {
  const first = await workspace.run(load(), { env: on });
  expect(first.stderr).toContain('a short check-up of this machine first');
  const { environment, startedAt } = lastRecord(workspace);
  expect(environment.doctor).toMatchObject({ short: true });
  expect(Date.parse(environment.doctor?.measuredAt ?? '')).toBeLessThanOrEqual(Date.parse(startedAt));
  const second = await workspace.run(load(), { env: on });
  expect(second.stderr).not.toContain('check-up');
});

it('is left out where it is switched off', async () => {
  const off = await workspace.run(load());
  expect(off.stderr).not.toContain('check-up');
  expect(lastRecord(workspace).environment.doctor).toBeNull();
});

it('ends on Ctrl-C, and keeps nothing', async () => {
  const running = workspace.start(['doctor'], { env: on });
  await running.until('it has begun', () => running.stderr().includes('measuring'));
  running.ctrlC();
  expect((await running.ended).exitCode).toBe(130);
  expect(() => readdirSync(join(workspace.stateFolder, 'doctor'))).toThrow(/ENOENT/);
});
