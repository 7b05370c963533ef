// What the library's README tells can be run as it stands: every example is valid, every file has its line.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packagePath } from '../../../src/kernel/entry.ts';
import { loadScenario } from '../../../src/scenario/load.ts';

let folder: string;
let readme: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-test-'));
  readme = await readFile(packagePath('chaos/README.md'), 'utf8');
  const target = {
    ...{ name: 'x', http: 'http://127.0.0.1:{{port}}', variants: { only: { start: 'node x.js' } } },
    dependencies: { postgres: { start: 'node y.js', env: 'POSTGRES' } },
  };
  await writeFile(join(folder, 'target.yml'), JSON.stringify(target));
});
afterAll(() => rm(folder, { recursive: true }));

const blocks = (): string[] => [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

/** A scenario around an example; resolves when it is valid. */
async function load(example: object) {
  const steps = ['query', 'order'].map((name) => ({ http: `GET /${name}`, name }));
  const scenario = {
    ...{ name: 'x', target: './target.yml', flows: { all: { steps } } },
    load: [{ flow: 'all', arrivals: [{ rate: '50/s', for: '120s' }] }],
    ...example,
  };
  await writeFile(join(folder, 'scenario.yml'), JSON.stringify(scenario));
  return (await loadScenario('scenario.yml', { cwd: folder })).scenario;
}

const namesIn = async (path: string): Promise<string[]> =>
  (await readdir(packagePath(path)))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => name.replace(/\.yml$/, ''));

describe('the README of the library', () => {
  it('has examples, each of them valid', async () => {
    expect(blocks().length).toBeGreaterThanOrEqual(4);
    for (const block of blocks()) {
      const example = parse(block) as Record<string, unknown>;
      if (!('parameters' in example)) {
        const { chaos } = await load(example);
        expect(chaos.length).toBeGreaterThan(0);
        continue;
      }
      await writeFile(join(folder, 'own.yml'), block);
      const { slo } = await load({
        experiments: [{ use: './own.yml', with: { dependency: 'postgres' } }],
      });
      expect(slo).toMatchObject([{ assert: 'p95(order) < 1s during fault:own' }]);
    }
  });

  it('has a line for every piece and every experiment, and none for what is not there', async () => {
    const rows = [...readme.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name ?? '');
    const files = [...(await namesIn('chaos')), ...(await namesIn('chaos/experiments'))];
    expect(rows.sort()).toEqual(files.sort());
  });

  it('tells the parameters of each experiment and their defaults', async () => {
    for (const name of await namesIn('chaos/experiments')) {
      const text = await readFile(packagePath(`chaos/experiments/${name}.yml`), 'utf8');
      const { parameters } = parse(text) as { parameters: Record<string, { default?: string | number }> };
      const common = ['dependency', 'series', 'at', 'for', 'errors', 'recovery'];
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(common));
      const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(readme)?.[0] ?? '';
      for (const [key, { default: value }] of Object.entries(parameters)) {
        if (common.includes(key)) continue;
        expect(row).toContain(value === undefined ? `\`${key}\`` : `\`${key}\` (${value})`);
      }
    }
  });
});
