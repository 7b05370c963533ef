// A scenario against two servers by URL: where it leads, what it leaves out, and what it refuses to pretend.

import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../src/cli/verify-sides.ts';
import type { LoadedScenario } from '../../../src/scenario/load.ts';
import { repoint } from '../../../src/scenario/repoint.ts';
import type { TargetSpec, UrlVariant } from '../../../src/system/target-spec.ts';
import { changed, examine } from './read-fixture.ts';

const before = 'http://127.0.0.1:8001';
const after = 'http://127.0.0.1:8002/next/';

async function loadedOf(text: string, target: Partial<TargetSpec> = {}): Promise<LoadedScenario> {
  const { loaded, diagnostics } = await examine(text);
  if (loaded === undefined) throw new Error(JSON.stringify(diagnostics));
  return { ...loaded, target: { ...loaded.target, ...target }, extraEnv: {}, warnings: [] };
}

const plain = async (target: Partial<TargetSpec> = {}): Promise<LoadedScenario> => {
  const loaded = await loadedOf(changed('name: rag with a slow database', 'name: plain'), target);
  return { ...loaded, scenario: { ...loaded.scenario, chaos: [], slo: [] } };
};

const running = (changes: Partial<UrlVariant>): UrlVariant => ({
  ...{ kind: 'url', http: null, ws: null, environment: null, limits: null },
  ...changes,
});

describe('two servers in the place of a target', () => {
  it('get all that the target speaks, under their URLs as names', async () => {
    const { loaded, variants } = repoint(await plain(), { before, after });
    expect(variants).toEqual({ before, after: 'http://127.0.0.1:8002/next' });
    expect(loaded.target.variants).toEqual({
      [before]: running({ http: before, ws: 'ws://127.0.0.1:8001' }),
      'http://127.0.0.1:8002/next': running({
        http: 'http://127.0.0.1:8002/next',
        ws: 'ws://127.0.0.1:8002/next',
      }),
    });
  });

  it('keep the scenario, its hash and the name of the target: runs stay comparable', async () => {
    const written = await plain();
    const { loaded } = repoint(written, { before, after });
    expect(loaded.scenario).toBe(written.scenario);
    expect(loaded.target.name).toBe(written.target.name);
  });

  it('have nothing started for them, and say what is not observed', async () => {
    const { loaded } = repoint(await plain(), { before, after });
    const { dependencies, clients, prepare, observe } = loaded.target;
    expect({ dependencies, clients, prepare }).toEqual({ dependencies: {}, clients: {}, prepare: null });
    expect(observe.process).toBe(false);
    expect(loaded.warnings).toEqual(['CPU and memory are not observed: nothing is started']);
  });

  it('are scraped each at its own path, never both at one URL', async () => {
    const observe = (from: string) => ({
      process: false,
      docker: false,
      prometheus: { from, everyMicros: 1 },
    });
    const own = repoint(await plain({ observe: observe('/metrics') }), { before, after });
    expect(own.loaded.target.observe.prometheus?.from).toBe('/metrics');
    const shared = repoint(await plain({ observe: observe('http://127.0.0.1:9090/m') }), { before, after });
    expect(shared.loaded.target.observe.prometheus).toBeNull();
    expect(shared.loaded.warnings.join()).toContain('http://127.0.0.1:9090/m is not scraped');
  });

  it('may be one and the same', async () => {
    const { loaded, variants } = repoint(await plain(), { before, after: before });
    expect(variants).toEqual({ before, after: before });
    expect(Object.keys(loaded.target.variants)).toEqual([before]);
  });

  it('are guarded as the target file says of that very address, and not at all elsewhere', async () => {
    const limits = { ratePerSecond: 100, users: 5 };
    const there = running({ http: 'https://a.example', environment: 'staging', limits });
    const target = { variants: { there } };
    const urls = { before: 'https://a.example:443/v2', after: 'https://b.example' };
    const { loaded, variants } = repoint(await plain(target), urls);
    expect(loaded.target.variants[variants.before]).toMatchObject({ environment: 'staging', limits });
    expect(loaded.target.variants[variants.after]).toMatchObject({ environment: null, limits: null });
  });
});

it('a server of this machine is guarded by whatever name', async () => {
  const there = running({ http: 'http://localhost:8001', environment: 'production' });
  const { loaded } = repoint(await plain({ variants: { there } }), { before, after });
  expect(loaded.target.variants[before]).toMatchObject({ environment: 'production' });
});

describe('what would not be what it says is refused with one message', () => {
  const codeOf = async (act: () => unknown): Promise<string> => {
    try {
      await act();
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 2 });
      return (error as { code: string }).code;
    }
    return 'allowed';
  };

  it.each([
    ['ftp://127.0.0.1', 'SERVER_URL'],
    ['http://', 'SERVER_URL'],
    ['http://127.0.0.1/?a=b', 'SERVER_URL'],
    ['http://me:secret@127.0.0.1', 'SERVER_URL'],
  ])('%s', async (url, code) => {
    const written = await plain();
    expect(await codeOf(() => repoint(written, { before, after: url }))).toBe(code);
  });

  it('never shows a password', async () => {
    const written = await plain();
    const asked = { before: 'http://me:hunter2@127.0.0.1', after };
    expect(() => repoint(written, asked)).toThrow(/^(?!.*hunter2)/);
  });

  it('a protocol that the target does not speak', async () => {
    const written = await plain({ ws: null });
    expect(await codeOf(() => repoint(written, { before: 'ws://127.0.0.1:1', after }))).toBe('SERVER_URL');
    expect(repoint(written, { before, after }).loaded.target.variants[before]).toMatchObject({ ws: null });
  });

  it('WebSockets elsewhere than HTTP', async () => {
    const written = await plain({ ws: 'ws://127.0.0.1:{{port}}/socket' });
    expect(await codeOf(() => repoint(written, { before, after }))).toBe('TWO_PLACES');
  });

  it('faults on what is not started, but not those between load and server', async () => {
    const written = await loadedOf(changed('x', 'x'));
    expect(await codeOf(() => repoint(written, { before, after }))).toBe('NOT_BY_URL');
    expect(() => repoint(written, { before, after })).toThrow(/the fault slow-db is on postgres/);
    const onClients = written.scenario.chaos.map((fault) => ({ ...fault, on: 'clients' }));
    const fine = { ...written, scenario: { ...written.scenario, chaos: onClients } };
    expect(await codeOf(() => repoint(fine, { before, after }))).toBe('allowed');
  });

  it('environment for a target that Mettle starts', async () => {
    const written = { ...(await plain()), extraEnv: { CACHE: 'off' } };
    expect(() => repoint(written, { before, after })).toThrow(/target\.env\.CACHE/);
  });

  it('steps that go via a client', async () => {
    const written = await loadedOf(changed('name: answer', 'name: answer\n        via: extension'));
    expect(() =>
      repoint({ ...written, scenario: { ...written.scenario, chaos: [] } }, { before, after }),
    ).toThrow(/the step answer goes via extension/);
  });

  it('steps that name the target itself in full; others are told to be the same for both', async () => {
    const written = await loadedOf(
      changed('GET /answers/{{answerId}}', 'GET http://127.0.0.1:9/answers/{{answerId}}'),
    );
    const calm = { ...written, scenario: { ...written.scenario, chaos: [] } };
    expect(repoint(calm, { before, after }).loaded.warnings.join()).toContain(
      'http://127.0.0.1:9 is asked by both sides alike',
    );
    const own = { ...calm.target, http: null, ws: null };
    const itself = { ...own, variants: { there: running({ http: 'http://127.0.0.1:9' }) } };
    expect(await codeOf(() => repoint({ ...calm, target: itself }, { before, after }))).toBe('NOT_REPOINTED');
  });

  it('variants of a target that is one server', async () => {
    const written = await plain();
    const target = { kind: 'url', http: before, ws: null } as const;
    const inline = { ...written, scenario: { ...written.scenario, target } };
    const variants = { default: running({ http: before }) };
    const one = { ...inline, target: { ...written.target, variants } };
    expect(await codeOf(() => sidesOf(one, { before: 'before', after: 'after' }))).toBe('NEEDS_URLS');
    expect(await codeOf(() => sidesOf(one, { before, after }))).toBe('allowed');
    expect(sidesOf(one, { before, after: 'http://127.0.0.1:2' }).variantFlags?.after).toBe(
      ' --set target.http=http://127.0.0.1:2',
    );
  });

  it('a URL against a variant', async () => {
    const written = await plain();
    expect(await codeOf(() => sidesOf(written, { before, after: 'after' }))).toBe('ONE_URL');
  });
});

describe('two sides that are one', () => {
  it('are told, whichever name this machine is given by', async () => {
    const written = await plain();
    const same = sidesOf(written, { before, after: 'http://localhost:8001/' });
    expect(same.notes.join()).toContain('both sides are the same server, http://127.0.0.1:8001 and http://');
    expect(sidesOf(written, { before, after: before }).notes.join()).toContain('the same server, http://127');
    const itself = sidesOf(written, { before: 'after', after: 'after' });
    expect(itself.notes.join()).toContain('both sides are the same variant, after');
    const variants = { before: running({ http: before }), after: running({ http: `${before}/` }) };
    const standing = sidesOf(
      { ...written, target: { ...written.target, variants } },
      { before: 'before', after: 'after' },
    );
    expect(standing.notes.join()).toContain('both sides are the same server, before and after');
  });

  it('are two where they differ in address or path', async () => {
    const written = await plain();
    expect(sidesOf(written, { before, after }).notes).toEqual([]);
    expect(sidesOf(written, { before, after: `${before}/next` }).notes).toEqual([]);
    expect(sidesOf(written, { before: 'before', after: 'after' }).notes).toEqual([]);
  });
});

describe('what leads a single run to one of the servers', () => {
  it('names it in the place of the target', async () => {
    const { variantFlags, moreFlags } = sidesOf(await plain({ ws: null }), { before, after }, ['*.example']);
    expect(variantFlags?.before).toBe(` --set 'target={ http: "http://127.0.0.1:8001" }'`);
    expect(moreFlags).toBe(" --allow '*.example'");
  });

  it('is the variant where there is one', async () => {
    const sides = sidesOf(await plain(), { before: 'before', after: 'after' });
    expect(sides.variantFlags).toBeUndefined();
    expect(sides.variants).toEqual({ before: 'before', after: 'after' });
  });
});
