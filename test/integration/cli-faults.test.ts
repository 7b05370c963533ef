// Faults through the whole program: their effect is in the series of that time and no other, and is never taken on trust.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/schema.ts';
import { lastRecord, openWorkspace, runMeasured, type Workspace } from '../support/cli.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const promise = (record: RunRecord, text: string) => record.slo.find((slo) => slo.text === text);

it('a latency fault on the link to a dependency slows the series down while it lasts', async () => {
  const target = await writeTarget(workspace, { backend: true });
  const slow = { id: 'slow', at: '1s', for: '1s', fault: 'latency', on: 'backend' };
  const during = 'p50(work) < 10s during fault:slow';
  const steady = 'p50(work) < 9s during steady';
  const path = await writeScenario(workspace, {
    ...{ target, path: '/via', for: '3s', slo: [during, steady] },
    chaos: [{ ...slow, with: { latency: '300ms' }, inject: 'always' }],
  });
  const result = await runMeasured(workspace, [path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const record = lastRecord(workspace);
  const slowMicros = promise(record, during)?.value ?? 0;
  const steadyMicros = promise(record, steady)?.value ?? Infinity;
  expect(slowMicros).toBeGreaterThanOrEqual(300_000 * 0.95);
  expect(slowMicros).toBeGreaterThan(3 * steadyMicros);
  const [fault] = record.faults;
  expect(fault).toMatchObject({ id: 'slow', kind: 'latency', on: 'backend', status: 'undone', note: null });
  expect(fault?.traffic.status).toBe('seen');
  expect(fault?.fidelity.map(({ status }) => status)).not.toContain('outside');
  expect(fault?.fidelity.find(({ name }) => /latency|delay/i.test(name))?.status).toBe('within');
  // Every request is in one of the two phases, and those of the fault are the ones that were due while it lasted.
  const samples = [during, steady].map((text) => promise(record, text)?.samples ?? NaN);
  expect((samples[0] ?? NaN) + (samples[1] ?? NaN)).toBe(90);
  const lastedSeconds = ((fault?.clearedAtMicros ?? NaN) - (fault?.effectAtMicros ?? NaN)) / 1e6;
  // A request that was in flight when the fault began belongs to it too.
  expect(samples[0]).toBeGreaterThanOrEqual(Math.floor(30 * lastedSeconds));
  expect(samples[0]).toBeLessThanOrEqual(Math.ceil(30 * lastedSeconds) + 3);
  expect(record.phases.map(({ name }) => name)).toEqual(['steady', 'fault:slow', 'steady']);
});

it('a fault on the clients’ link slows down everything that the target answers', async () => {
  const target = await writeTarget(workspace);
  const slow = { id: 'far', at: '1s', for: '1s', fault: 'latency', on: 'clients', inject: 'always' };
  const slo = ['p50(work) < 10s during fault:far', 'p50(work) < 9s during steady'];
  const chaos = [{ ...slow, with: { latency: '200ms' } }];
  const path = await writeScenario(workspace, { target, for: '3s', slo, chaos });
  const result = await runMeasured(workspace, [path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const [far, steady] = lastRecord(workspace).slo.map(({ value }) => value ?? NaN);
  expect(far).toBeGreaterThanOrEqual(200_000 * 0.95);
  expect(far).toBeGreaterThan(3 * (steady ?? NaN));
});

it('a held target answers nothing while it is held, and everything that was due then afterwards', async () => {
  const target = await writeTarget(workspace);
  const still = { id: 'still', at: '1s', for: '1s', fault: 'pause', on: 'target', inject: 'always' };
  const slo = ['p50(work) < 10s during fault:still', 'p50(work) < 9s during steady', 'error_rate < 5%'];
  const path = await writeScenario(workspace, { target, for: '3s', slo, chaos: [still] });
  const result = await runMeasured(workspace, [path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const record = lastRecord(workspace);
  const [held, steady] = record.slo.map(({ value }) => value ?? NaN);
  // Due all along the second, answered at its end: half a second is the median.
  expect(held).toBeGreaterThan(200_000);
  expect(held).toBeGreaterThan(3 * (steady ?? NaN));
  expect(record.faults).toMatchObject([{ kind: 'pause', on: 'target', status: 'undone', note: null }]);
  expect(record.faults[0]?.fidelity.map(({ name, status }) => [name, status])).toEqual(
    ['effect', 'duration', 'kept', 'begin'].map((name) => [name, 'within']),
  );
});

it('a process that Mettle does not start cannot be held', async () => {
  const target = await writeTarget(workspace);
  const still = { id: 'still', at: '500ms', for: '1s', fault: 'pause', on: 'redis', inject: 'always' };
  const path = await writeScenario(workspace, { target, chaos: [still] });
  const result = await workspace.run(['run', path]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('unknown process "redis"');
});

it('a fault on a link without traffic makes the run invalid', async () => {
  const target = await writeTarget(workspace, { backend: true });
  const slow = { id: 'unfelt', at: '500ms', for: '1s', fault: 'latency', on: 'backend', inject: 'always' };
  const chaos = [{ ...slow, with: { latency: '100ms' } }];
  const path = await writeScenario(workspace, { target, path: '/work', chaos });
  const result = await workspace.run(['run', path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(3);
  expect(result.stdout).toContain('fault unfelt met no traffic on backend: nothing was tested');
  expect(lastRecord(workspace)).toMatchObject({
    faults: [{ status: 'undone', traffic: { status: 'missed' } }],
    verdict: { status: 'invalid', exitCode: 3 },
  });
});

it('faults that shape a stream are felt as asked, or said not to have been binding', async () => {
  const target = await writeTarget(workspace, { backend: true });
  const on = { on: 'backend', for: '1s', inject: 'always' };
  const chaos = [
    { id: 'thin', at: '500ms', fault: 'bandwidth', with: { rate: '1KB/s' }, ...on },
    { id: 'wide', at: '2s', fault: 'bandwidth', with: { rate: '1GB/s' }, ...on },
    { id: 'crumbs', at: '3500ms', fault: 'slicer', with: { size: '16B', delay: '20ms' }, ...on },
    { id: 'lingering', at: '5s', fault: 'slow_close', with: { delay: '200ms' }, ...on },
    { id: 'short', at: '6500ms', fault: 'limit_data', with: { bytes: '50B' }, ...on },
  ];
  const slo = [
    'p50(work) < 10s during fault:thin',
    'p50(work) < 10s during fault:wide',
    'p50(work) < 10s during fault:crumbs',
    'error_rate(work) > 20% during fault:short',
  ];
  const path = await writeScenario(workspace, { target, path: '/via', for: '8s', slo, chaos });
  const result = await runMeasured(workspace, [path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const record = lastRecord(workspace);
  const [thin = NaN, wide = NaN, crumbs = NaN, failed] = record.slo.map(({ value }) => value ?? NaN);
  expect(failed).toBeGreaterThan(0.9);
  expect(thin).toBeGreaterThan(80_000);
  expect(thin).toBeGreaterThan(3 * wide);
  expect(crumbs).toBeGreaterThan(80_000);
  expect(crumbs).toBeGreaterThan(3 * wide);
  const firstCheck = record.faults.map(({ id, fidelity }) => [id, fidelity[0]?.status]);
  expect(firstCheck).toEqual([
    ...[['thin', 'within'] as const, ['wide', 'not binding'] as const, ['crumbs', 'within'] as const],
    ...[['lingering', 'within'] as const, ['short', 'within'] as const],
  ]);
  expect(record.faults.map(({ status, traffic }) => [status, traffic.status])).toEqual(
    record.faults.map(() => ['undone', 'seen']),
  );
  expect(result.stdout).toContain('fault wide was not binding');
  expect(record.verdict.status).toBe('pass');
});

it('a fault is held back when a steady promise is broken already: that promise fails, the fault’s are not judged', async () => {
  const target = await writeTarget(workspace, { variants: { only: { FAILS: 'yes' } }, backend: true });
  const slow = { id: 'slow', at: '1200ms', for: '1s', fault: 'latency', on: 'backend' };
  const about = 'p50(work) < 10s during fault:slow';
  const broken = 'error_rate(work) < 5%';
  const chaos = [{ ...slow, with: { latency: '100ms' } }];
  const path = await writeScenario(workspace, { target, for: '2500ms', slo: [broken, about], chaos });
  const result = await runMeasured(workspace, [path]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(1);
  const record = lastRecord(workspace);
  expect(record.faults[0]).toMatchObject({ status: 'not injected', effectAtMicros: null });
  expect(record.faults[0]?.note).toContain(broken);
  expect(promise(record, broken)?.status).toBe('fail');
  expect(promise(record, about)?.status).toBe('not judged');
});
