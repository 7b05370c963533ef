// Reusable faults: what an entry says goes before its piece, and mistakes are placed where they were written.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../../src/kernel/entry.ts';
import { messageOf } from '../../../src/kernel/errors.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-test-'));
  const target = {
    ...{ name: 'x', http: 'http://127.0.0.1:{{port}}', variants: { only: { start: 'node x.js' } } },
    dependencies: { backend: { start: 'node y.js', env: 'BACKEND' } },
  };
  await writeFile(join(folder, 'target.yml'), JSON.stringify(target));
});
afterEach(() => rm(folder, { recursive: true }));

async function faultsOf(chaos: readonly object[]): Promise<readonly ScheduledFault[]> {
  const scenario = {
    ...{ name: 'x', target: './target.yml', flows: { all: { steps: [{ http: 'GET /' }] } } },
    load: [{ flow: 'all', arrivals: [{ rate: '5/s', for: '60s' }] }],
    chaos,
  };
  await writeFile(join(folder, 'scenario.yml'), JSON.stringify(scenario));
  return (await loadScenario('scenario.yml', { cwd: folder })).scenario.chaos;
}

const complaint = (chaos: readonly object[]): Promise<string> =>
  faultsOf(chaos).then(() => 'accepted', messageOf);

describe('a piece of the library', () => {
  it('is what its file says, where and when the entry says', async () => {
    expect(await faultsOf([{ use: 'dependency-slow', on: 'backend', at: '10s' }])).toMatchObject([
      {
        ...{ id: 'dependency-slow', on: 'backend', atMicros: 10e6, forMicros: 20e6 },
        fault: { kind: 'latency', latencyMs: 300, jitterMs: 50, toxicity: 1 },
      },
    ]);
  });

  it('gives way to the entry, parameter by parameter', async () => {
    const chaos = [
      { use: 'dependency-slow', id: 'other', on: 'backend', at: '1s', for: '5s', with: { latency: '2s' } },
    ];
    expect(await faultsOf(chaos)).toMatchObject([
      { id: 'other', forMicros: 5e6, fault: { kind: 'latency', latencyMs: 2_000, jitterMs: 50 } },
    ]);
  });

  it('that does not exist is told with the one that was meant', async () => {
    expect(await complaint([{ use: 'dependency-slwo', on: 'backend', at: '1s' }])).toMatch(
      /scenario\.yml:\d+:\d+: there is no piece "dependency-slwo".*dependency-slow/s,
    );
    expect(await complaint([{ use: 7, at: '1s' }])).toContain('expected a piece of the library, or a path');
    expect(await complaint([{ use: './no.yml', at: '1s' }])).toContain('"./no.yml": no such file');
  });

  it('still needs to be told where', async () => {
    expect(await complaint([{ use: 'dependency-slow', at: '1s' }])).toMatch(/missing.*on|on.*missing/s);
  });

  it('is documented, and right', async () => {
    const files = (await readdir(packagePath('chaos'))).filter((name) => name.endsWith('.yml'));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const on = file.startsWith('container-') ? 'service:backend' : 'backend';
      const [fault] = await faultsOf([{ use: file.replace(/\.yml$/, ''), at: '1s', on }]);
      expect(`${fault?.id}.yml`).toBe(file);
    }
  });
});

describe('a piece of the project', () => {
  const write = (text: string): Promise<void> => writeFile(join(folder, 'own.yml'), text);

  it('is found from the scenario’s folder', async () => {
    await write('{ id: own, fault: down, on: backend, for: 3s }');
    expect(await faultsOf([{ use: './own.yml', at: '1s' }])).toMatchObject([
      { id: 'own', forMicros: 3e6, fault: { kind: 'down' } },
    ]);
  });

  it('has its own mistakes placed in it, and those of the entry in the scenario', async () => {
    await write('id: own\nfault: latency\nwith:\n  latency: soon\non: backend\nfor: 3s\n');
    expect(await complaint([{ use: './own.yml', at: '1s' }])).toMatch(/own\.yml:4:12: /);
    expect(await complaint([{ use: './own.yml', at: 'soon', with: { latency: '1s' } }])).toMatch(
      /scenario\.yml:\d+:\d+: /,
    );
    await write('- fault: down\n');
    expect(await complaint([{ use: './own.yml', at: '1s' }])).toMatch(/own\.yml:1:1: a piece is one fault/);
  });
});
