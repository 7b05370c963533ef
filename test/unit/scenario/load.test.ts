import { expect, test } from 'vitest';
import { MettleError } from '../../../src/kernel/errors.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { loadTarget } from '../../../src/scenario/load-target.ts';
import { parseSource } from '../../../src/scenario/yaml-document.ts';
import { changed, examine, fixtures, problemsOf, scenarioFile, scenarioText } from './read-fixture.ts';

const load = (set: readonly string[] = []) => loadScenario(scenarioFile, { set, cwd: fixtures });

async function refusal(set: readonly string[]): Promise<string> {
  try {
    await load(set);
  } catch (thrown) {
    if (thrown instanceof MettleError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

test('the example of the documentation loads, units resolved and defaults filled in', async () => {
  const { scenario, target, warnings } = await load();
  expect(warnings).toEqual([]);
  expect(target).toMatchObject({ name: 'rag', folder: fixtures });
  expect(scenario).toMatchObject({
    name: 'rag with a slow database',
    file: scenarioFile,
    target: { kind: 'file', path: `${fixtures}/target.yml` },
    variant: 'after',
    seed: 42,
    warmupMicros: 10_000_000,
    gracefulStopMicros: 10_000_000,
    durationMicros: 100_000_000,
    primary: 'p95(query)',
  });
  expect(scenario.data['questions']).toMatchObject({
    pick: 'random',
    rows: [{ topic: 'chaos' }, { topic: 'load' }],
  });
  expect(scenario.load).toEqual([
    {
      model: 'arrivals',
      flows: ['ask'],
      delayMicros: 0,
      maxInFlight: 500,
      onLimit: 'drop',
      stages: [
        { fromPerSecond: 5, toPerSecond: 5, forMicros: 10_000_000, spacing: 'even' },
        { fromPerSecond: 5, toPerSecond: 40, forMicros: 30_000_000, spacing: 'even' },
        { fromPerSecond: 40, toPerSecond: 40, forMicros: 60_000_000, spacing: 'poisson' },
      ],
    },
    {
      model: 'users',
      flows: ['watch'],
      delayMicros: 0,
      everyMicros: null,
      iterations: null,
      stages: [
        { fromUsers: 0, toUsers: 50, forMicros: 20_000_000 },
        { fromUsers: 50, toUsers: 50, forMicros: 80_000_000 },
      ],
    },
  ]);
  expect(scenario.flows['ask']?.steps.map((step) => step.kind)).toEqual(['http', 'think', 'http']);
  expect(scenario.flows['ask']?.steps[1]).toEqual({ kind: 'think', minMicros: 200_000, maxMicros: 800_000 });
  expect(scenario.flows['watch']?.steps[1]).toMatchObject({
    kind: 'repeat',
    times: 20,
    everyMicros: 500_000,
  });
  expect(scenario.chaos).toEqual([
    {
      id: 'slow-db',
      atMicros: 30_000_000,
      forMicros: 20_000_000,
      on: 'postgres',
      pick: null,
      inject: 'if-steady',
      traffic: 'required',
      fault: expect.objectContaining({
        kind: 'latency',
        latencyMs: 300,
        jitterMs: 50,
        toxicity: 1,
      }) as unknown,
    },
  ]);
  expect(scenario.slo[0]).toEqual({ assert: 'p95(query) < 2s', severity: 'fail' });
  expect(scenario.slo[5]).toEqual({ assert: 'error_rate < 1%', severity: 'warn' });
  expect(scenario.claims[0]?.documented).toEqual({ before: '9.62s', after: '2s' });
});

test('what may be left out has its default', async () => {
  const text = [
    'name: small',
    'target: { http: "http://127.0.0.1:8080" }',
    'flows: { main: { steps: [{ http: GET /a }] } }',
    'load: [{ flow: main, arrivals: [{ rate: 30/m, for: 1m30s }] }]',
  ].join('\n');
  const { loaded } = await examine(text);
  expect(loaded?.scenario).toMatchObject({
    variant: null,
    seed: 1,
    data: {},
    warmupMicros: 0,
    gracefulStopMicros: 10_000_000,
    durationMicros: 90_000_000,
    chaos: [],
    slo: [],
    primary: null,
    claims: [],
    load: [{ maxInFlight: 1000, onLimit: 'drop', stages: [{ fromPerSecond: 0.5, spacing: 'even' }] }],
    flows: { main: { before: [], steps: [{ name: 'GET /a' }] } },
  });
  expect(loaded?.target).toMatchObject({
    file: null,
    variants: { default: { kind: 'url', http: 'http://127.0.0.1:8080' } },
  });
});

test('the same scenario as JSON is the same scenario', async () => {
  const { document } = parseSource('rag.yml', scenarioText);
  const asJson = await examine(JSON.stringify(document?.value, null, 2));
  expect(asJson.diagnostics).toEqual([]);
  expect(asJson.loaded).toEqual((await examine(scenarioText)).loaded);
});

test('the hash is of what is done: not of variant, seed, layout or place', async () => {
  const hashOf = async (text: string) => (await examine(text)).loaded?.scenario.hash;
  const original = await hashOf(scenarioText);
  expect(original).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashOf(changed('variant: after', 'variant: before'))).toBe(original);
  expect(await hashOf(changed('seed: 42', 'seed: 43'))).toBe(original);
  expect(await hashOf(changed('warmup: 10s', 'warmup: 10000ms # the same'))).toBe(original);
  expect(await hashOf(changed('rate: 40/s, for: 60s', 'rate: 41/s, for: 60s'))).not.toBe(original);
  expect(await hashOf(changed('status: 200', 'status: 201'))).not.toBe(original);
  expect(await hashOf(changed('latency: 300ms', 'latency: 301ms'))).not.toBe(original);
});

test('--set overrides fields by name and by position', async () => {
  const { scenario, extraEnv } = await load([
    'seed=7',
    'warmup=5s',
    'load.0.arrivals.2.rate=20/s -> 30/s',
    'load.watch.users=[{ users: 3, for: 100s }]',
    'chaos.slow-db.at=40s',
    'target.env.CACHE=off',
  ]);
  expect(scenario).toMatchObject({ seed: 7, warmupMicros: 5_000_000, chaos: [{ atMicros: 40_000_000 }] });
  expect(scenario.load[0]).toMatchObject({ stages: [{}, {}, { fromPerSecond: 20, toPerSecond: 30 }] });
  expect(scenario.load[1]).toMatchObject({ stages: [{ fromUsers: 3, toUsers: 3, forMicros: 100_000_000 }] });
  expect(extraEnv).toEqual({ CACHE: 'off' });
});

test.each([
  [['wramup=5s'], 'INVALID_FILE --set wramup=5s: unknown key "wramup" — did you mean "warmup"?'],
  [['warmup=5'], 'INVALID_FILE --set warmup=5: 5 has no unit; write 5s or 5ms'],
  [['load.9.flow=ask'], 'INVALID_OVERRIDE --set load.9.flow=ask: `load` has no entry "9"'],
  [['chaos.slow-bd.at=1s'], 'INVALID_OVERRIDE --set chaos.slow-bd.at=1s: `chaos` has no entry "slow-bd"'],
  [['seed.x=1'], 'INVALID_OVERRIDE --set seed.x=1: `seed` is a single value, it has no key "x"'],
  [['seed'], 'INVALID_OVERRIDE --set seed: expected key=value'],
  [['allow=evil.example'], 'INVALID_OVERRIDE --set allow=evil.example: `allow` cannot be overridden'],
  [
    ['target.limits.rate=9/s'],
    'INVALID_OVERRIDE --set target.limits.rate=9/s: `limits` cannot be overridden',
  ],
  [
    ['target.environment=dev'],
    'INVALID_OVERRIDE --set target.environment=dev: `environment` cannot be overridden',
  ],
  [['__proto__.x=1'], 'INVALID_OVERRIDE --set __proto__.x=1: `__proto__` cannot be overridden'],
  [
    ['target.env.1X=a'],
    'INVALID_OVERRIDE --set target.env.1X=a: "1X" is not the name of an environment variable',
  ],
  [['seed=[1'], /^INVALID_OVERRIDE --set seed=\[1: /],
])('--set %j is refused', async (set, message) => {
  const refused = await refusal(set);
  if (typeof message === 'string') expect(refused).toBe(message);
  else expect(refused).toMatch(message);
});

test('every problem of a file comes in one error, in order of place, exit code 2', async () => {
  const text = changed('seed: 42', 'sed: 42')
    .replace('warmup: 10s', 'warmup: 10')
    .replace('fault: latency', 'fault: latncy');
  expect(await problemsOf(text)).toEqual([
    'rag.yml:4:1: unknown key "sed" — did you mean "seed"?',
    'rag.yml:50:9: 10 has no unit; write 10s or 10ms',
    'rag.yml:55:12: unknown word "latncy" — did you mean "latency"?',
  ]);
  await expect(load(['sed=1', 'warmup=10'])).rejects.toMatchObject({ code: 'INVALID_FILE', exitCode: 2 });
});

test('what is worth a word but no error is a warning with its place', async () => {
  const text = changed('at: 30s', 'at: 3s').replace('load:\n', 'load: # one flow less\n');
  expect((await examine(text)).warnings).toEqual([
    'rag.yml:53:9: the fault begins inside the warm-up of 10s, which no verdict counts',
  ]);
});

test('a file that is not there is told, with the one that was meant', async () => {
  await expect(loadScenario('scenarios/rga.yml', { cwd: fixtures })).rejects.toThrow(
    'scenarios/rga.yml: no such file — did you mean "rag.yml"?',
  );
  await expect(loadScenario('scenarios', { cwd: fixtures })).rejects.toThrow('scenarios: not a file');
});

test('a target is loaded by path, and its problems are placed in its own file', async () => {
  expect(await loadTarget('target.yml', fixtures)).toMatchObject({
    name: 'rag',
    file: `${fixtures}/target.yml`,
  });
  await expect(loadTarget('scenarios/rag.yml', fixtures)).rejects.toThrow(
    /^scenarios\/rag\.yml:2:1: unknown key "target"/m,
  );
});
