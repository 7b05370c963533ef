// Experiments: a file with parameters becomes faults and promises, and mistakes are placed where they were written.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../../src/kernel/entry.ts';
import { messageOf } from '../../../src/kernel/errors.ts';
import { fillText, namesIn, parameterAt } from '../../../src/scenario/experiment-text.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { validateFiles } from '../../../src/scenario/validate.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';

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

const head = `name: x
target: ./target.yml
flows: { all: { steps: [{ http: GET /a, name: a }, { http: GET /b, name: b }] } }
load: [{ flow: all, arrivals: [{ rate: 5/s, for: 60s }] }]
`;

async function load(text: string, set: readonly string[] = []): Promise<Scenario> {
  await writeFile(join(folder, 'scenario.yml'), head + text);
  return (await loadScenario('scenario.yml', { cwd: folder, set })).scenario;
}
const complaint = (text: string): Promise<string> => load(text).then(() => 'accepted', messageOf);
const own = (text: string): Promise<void> => writeFile(join(folder, 'own.yml'), text);
const use = (given: string): string => `experiments:\n  - { use: ./own.yml, with: { ${given} } }\n`;

const file = `about: what is done
proves: what it shows
parameters:
  dependency: { about: the one that goes down }
  limit: { about: the longest, default: 2s }
  share: { about: of connections, default: 50% }
chaos:
  - id: '{{id}}'
    at: 10s
    for: 5s
    fault: reset_peer
    on: '{{dependency}}'
    with: { toxicity: '{{share}}' }
slo:
  - p95(a) < {{limit}} during fault:{{id}}
`;

describe('an experiment', () => {
  it('becomes faults and promises behind those of the scenario', async () => {
    await own(file);
    const before = 'chaos: [{ id: first, at: 1s, for: 2s, fault: down, on: backend }]\nslo: [p50(a) < 1s]\n';
    const { chaos, slo } = await load(before + use('dependency: backend, share: 20%'));
    expect(chaos).toMatchObject([
      { id: 'first' },
      {
        id: 'own',
        on: 'backend',
        atMicros: 10e6,
        forMicros: 5e6,
        fault: { kind: 'reset_peer', toxicity: 0.2 },
      },
    ]);
    expect(slo.map(({ assert }) => assert)).toEqual(['p50(a) < 1s', 'p95(a) < 2s during fault:own']);
  });

  it('is shown as what it stands for, when asked', async () => {
    await own(file);
    await writeFile(join(folder, 'scenario.yml'), head + use('dependency: backend'));
    const [asked] = await validateFiles(['scenario.yml'], folder, true);
    const fault = { id: 'own', at: '10s', for: '5s', fault: 'reset_peer', on: 'backend' };
    expect(asked?.expanded).toEqual({
      chaos: [{ ...fault, with: { toxicity: '50%' } }],
      slo: ['p95(a) < 2s during fault:own'],
    });
    expect((await validateFiles(['scenario.yml'], folder))[0]).not.toHaveProperty('expanded');
  });

  it('may be used twice under two names, and overridden from the command line', async () => {
    await own(file);
    const entry = (more: string): string => `  - { use: ./own.yml, ${more} with: { dependency: backend } }\n`;
    const text = `experiments:\n${entry('')}${entry('id: again,')}`;
    expect((await load(text)).slo.map(({ assert }) => assert)).toEqual([
      'p95(a) < 2s during fault:own',
      'p95(a) < 2s during fault:again',
    ]);
    const [first] = (await load(text, ['experiments.0.with.limit=1s'])).slo;
    expect(first?.assert).toBe('p95(a) < 1s during fault:own');
  });

  it('is part of what a scenario is: other parameters, another hash', async () => {
    await own(file);
    const { hash } = await load(use('dependency: backend'));
    expect((await load(use('dependency: backend, limit: 2s'))).hash).toBe(hash);
    expect((await load(use('dependency: backend, limit: 3s'))).hash).not.toBe(hash);
  });

  it('may use pieces: of the library, beside itself, or named by the scenario', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub/piece.yml'), 'id: piece\nfault: down\nfor: 2s\n');
    const entry = (piece: string, id: string): string =>
      `  - { use: '${piece}', id: ${id}, on: backend, at: 1s, for: 1s }\n`;
    const chaos = `${entry('./piece.yml', 'a')}${entry('black-hole', 'b')}${entry('{{piece}}', 'c')}`;
    const words = `about: x\nproves: y\nparameters: { piece: { about: z } }\n`;
    await writeFile(join(folder, 'sub/uses.yml'), `${words}chaos:\n${chaos}slo: [error_rate < 1%]\n`);
    const text = `experiments: [{ use: ./sub/uses.yml, with: { piece: ./sub/piece.yml } }]\n`;
    expect((await load(text)).chaos.map(({ fault }) => fault.kind)).toEqual(['down', 'timeout', 'down']);
  });
});

describe('a mistake in the use of an experiment', () => {
  const at = (line: number, column: number): string => `scenario.yml:${line}:${column}: `;

  it('is an unknown one', async () => {
    expect(await complaint('experiments: [{ use: timeuot, with: {} }]\n')).toBe(
      `${at(5, 22)}there is no experiment "timeuot" — did you mean "timeout"?`,
    );
    expect(await complaint('experiments: [{ use: ./no.yml }]\n')).toBe(
      `${at(5, 22)}"./no.yml": no such file`,
    );
    expect(await complaint('experiments: [{ name: timeout }]\n')).toContain('unknown key "name"');
    expect(await complaint('experiments: timeout\n')).toContain(`${at(5, 14)}expected a list`);
    expect(await complaint('experimnets: []\n')).toContain('did you mean "experiments"?');
  });

  it('is an unknown parameter, or a missing one', async () => {
    await own(file);
    expect(await complaint(use('dependency: backend, limt: 3s'))).toBe(
      `${at(6, 52)}the experiment "./own.yml" has no parameter "limt" — did you mean "limit"?`,
    );
    expect(await complaint(use('limit: 3s'))).toBe(
      `${at(6, 29)}the experiment "./own.yml" needs the parameter "dependency" — the one that goes down`,
    );
    expect(await complaint('experiments: [{ use: ./own.yml }]\n')).toBe(
      `${at(5, 15)}the experiment "./own.yml" needs the parameter "dependency" — the one that goes down`,
    );
    expect(await complaint(use('dependency: [backend]'))).toContain(
      'a parameter is text, a number, true or false',
    );
  });

  it('is a value that cannot stand there, placed where it was given', async () => {
    await own(file);
    expect(await complaint(use('dependency: bakcend'))).toBe(
      `${at(6, 43)}unknown link "bakcend" — did you mean "backend"?`,
    );
    expect(await complaint(use('dependency: backend, share: 20'))).toContain(`${at(6, 59)}20 has no unit`);
    expect(await complaint(use('dependency: backend, limit: soon'))).toMatch(
      new RegExp(`^${at(6, 59).replaceAll('.', '\\.')}.*soon`),
    );
  });

  it('is an id that is taken', async () => {
    await own(file);
    const twice = `experiments: [{ use: ./own.yml, with: { dependency: backend } }, { use: ./own.yml, with: { dependency: backend } }]\n`;
    expect(await complaint(twice)).toBe(`${at(5, 73)}two faults have the id "own"`);
  });
});

describe('a mistake in an experiment', () => {
  const place = (line: number, column: number): string => `own.yml:${line}:${column}: `;
  const changed = async (from: string, to: string): Promise<string> => {
    expect(file).toContain(from);
    await own(file.replace(from, to));
    return await complaint(use('dependency: backend'));
  };

  it('is placed in its file', async () => {
    expect(await changed('fault: reset_peer', 'fault: reset_per')).toContain(
      `${place(11, 12)}unknown word "reset_per"`,
    );
    expect(await changed('p95(a)', 'p95(c)')).toContain(`${place(15, 5)}unknown series \`c\``);
    expect(await changed('    on:', '    onn:')).toContain(`${place(12, 5)}unknown key "onn"`);
    expect(await changed('default: 2s', 'default: soon')).toContain(place(15, 5));
    expect(await changed('proves: what it shows\n', '')).toContain(`${place(1, 1)}missing key "proves"`);
    expect(await changed('for: 5s', 'for: soon')).toContain(place(10, 10));
  });

  it('is a parameter that is not declared, or never used, or called id', async () => {
    expect(await changed('{{limit}}', '{{limt}}')).toBe(
      [
        `${place(5, 3)}"limit" is never used`,
        `${place(15, 5)}there is no parameter "limt" — did you mean "limit"?`,
      ].join('\n'),
    );
    expect(await changed('limit: {', 'id: {')).toContain(
      '`id` is given by the entry that uses the experiment',
    );
  });
});

describe('the library of experiments', () => {
  it('is right, with what each needs and nothing more', async () => {
    const files = await readdir(packagePath('chaos/experiments'));
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const name of files.map((one) => one.replace(/\.yml$/, ''))) {
      const other = name === 'bulkhead' ? ', other: b' : '';
      const text = `experiments: [{ use: ${name}, with: { dependency: backend, series: a${other} } }]\n`;
      const { chaos, slo } = await load(text);
      expect(chaos.map(({ id }) => id)).toEqual([name]);
      expect(slo.length).toBeGreaterThanOrEqual(3);
      expect(slo.some(({ assert }) => assert.includes(`recovery(${name})`))).toBe(true);
    }
  });
});

describe('text with parameters', () => {
  const values = { a: 'one', b: 2, c: true };

  it('keeps the type of a value that stands alone', () => {
    expect([fillText('{{b}}', values), fillText(' {{ c }} ', values)]).toEqual([2, true]);
    expect(fillText('{{a}}-{{b}}{{nobody}}', values)).toBe('one-2{{nobody}}');
    expect(namesIn('{{a}} {{ b }} {c}')).toEqual(['a', 'b']);
  });

  it('knows which of its characters come from which parameter', () => {
    const text = 'x{{a}}yy{{b}}'; // xoneyy2
    const of = (offset?: number): string | null => parameterAt(text, values, offset);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((offset) => of(offset))).toEqual([
      ...[null, 'a', 'a', 'a', null, null, 'b', null],
    ]);
    expect(of()).toBeNull();
    expect(parameterAt('{{a}}', values, undefined)).toBe('a');
  });
});
