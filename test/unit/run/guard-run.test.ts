// Default-deny for everything that a scenario and its target name as a place to send load or faults to.

import { describe, expect, it } from 'vitest';
import { defaultHttpSettings } from '../../../src/engines/settings.ts';
import { stepInputSchemas } from '../../../src/engines/registry.ts';
import { errnoOf } from '../../../src/kernel/errors.ts';
import type { Clearance, GuardOptions } from '../../../src/run/guard-run.ts';
import { guardRun } from '../../../src/run/guard-run.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';
import { arrivals } from '../../support/load-plans.ts';

interface Case {
  readonly scenario?: Partial<Scenario>;
  readonly target?: Record<string, unknown>;
  readonly variant?: Record<string, unknown>;
  readonly options?: Partial<GuardOptions>;
  readonly environment?: NodeJS.ProcessEnv;
  /** What names stand for; each look-up takes the next. */
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

const elsewhere = {
  http: 'http://rag.example:8080',
  environment: 'staging',
  limits: { ratePerSecond: 100, users: 5 },
};
const lowLoad: Partial<Scenario> = { load: [arrivals(10, 1)] };

function guarded(given: Case, asked: string[] = []): Promise<Clearance> {
  const scenario = { flows: {}, load: [], chaos: [], http: defaultHttpSettings, ...given.scenario };
  const running = { kind: 'url', http: 'http://127.0.0.1:8080', ws: null, environment: null, limits: null };
  const target = {
    name: 'rag',
    variants: { it: { ...running, ...given.variant } },
    dependencies: {},
    observe: { process: false, docker: false },
    allow: [],
    ...given.target,
  };
  const resolve = (url: string): Promise<string[]> => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    const answers = given.names?.[host] ?? [[host]];
    const nth = asked.filter((name) => name === host).length;
    asked.push(host);
    return Promise.resolve([...(answers[Math.min(nth, answers.length - 1)] ?? [])]);
  };
  return guardRun(
    scenario as unknown as Scenario,
    target as unknown as TargetSpec,
    ['it'],
    { toxiproxyUrl: undefined, allowProduction: false, ...given.options },
    { resolve, environment: given.environment ?? {} },
  );
}

const codeOf = (given: Case): Promise<string> =>
  guarded(given).then(
    () => 'allowed',
    (error: unknown) => {
      expect(error).toMatchObject({ exitCode: 2 });
      return errnoOf(error) ?? '';
    },
  );

describe('a target that runs already', () => {
  const names = { 'rag.example': [['203.0.113.7', '203.0.113.8']] };
  const allow = ['rag.example'];

  it.each<[string, Case, string]>([
    ['on this machine is free', {}, 'allowed'],
    ['elsewhere is refused', { variant: elsewhere, names }, 'HOST_NOT_ALLOWED'],
    [
      'that is allowed and says what it is, is free within its limits',
      { variant: elsewhere, names, target: { allow }, scenario: lowLoad },
      'allowed',
    ],
    [
      'above its limits is refused',
      { variant: elsewhere, names, target: { allow }, scenario: { load: [arrivals(101, 1)] } },
      'LIMITS',
    ],
    [
      'without limits is refused',
      { variant: { ...elsewhere, limits: null }, names, target: { allow }, scenario: lowLoad },
      'LIMITS',
    ],
    [
      'that does not say what it is counts as production',
      { variant: { ...elsewhere, environment: null }, names, target: { allow }, scenario: lowLoad },
      'PRODUCTION',
    ],
    [
      'that is production is refused',
      { variant: { ...elsewhere, environment: 'production' }, names, target: { allow }, scenario: lowLoad },
      'PRODUCTION',
    ],
    [
      'that is production is free when that was meant',
      {
        variant: { ...elsewhere, environment: 'production' },
        names,
        target: { allow },
        scenario: lowLoad,
        options: { allowProduction: true },
      },
      'allowed',
    ],
    [
      'that is production needs limits all the same',
      {
        variant: { ...elsewhere, environment: 'production', limits: null },
        names,
        target: { allow },
        scenario: lowLoad,
        options: { allowProduction: true },
      },
      'LIMITS',
    ],
    [
      'whose name is this machine and another is refused',
      { variant: { http: 'http://localhost:1' }, names: { localhost: [['127.0.0.1', '203.0.113.7']] } },
      'HOST_NOT_ALLOWED',
    ],
    [
      'whose allowed name leads to credentials is refused',
      { variant: elsewhere, names: { 'rag.example': [['169.254.169.254']] }, target: { allow } },
      'HOST_NOT_ALLOWED',
    ],
    [
      'at the address of credentials is refused',
      { variant: { ...elsewhere, http: 'http://169.254.169.254' } },
      'HOST_NOT_ALLOWED',
    ],
  ])('%s', async (_name, given, expected) => {
    expect(await codeOf(given)).toBe(expected);
  });

  it('is looked up once, and pinned to all that was checked', async () => {
    const asked: string[] = [];
    const given: Case = {
      variant: { ...elsewhere, ws: 'ws://rag.example:8081' },
      names: { 'rag.example': [['203.0.113.7', '203.0.113.8'], ['127.0.0.1']] },
      target: { allow },
      scenario: lowLoad,
    };
    const { pins } = await guarded(given, asked);
    expect(pins).toEqual({ 'rag.example': ['203.0.113.7', '203.0.113.8'] });
    expect(asked).toEqual(['rag.example']);
  });
});

describe('a step with an address of its own', () => {
  const scenarioWith = (url: string): Partial<Scenario> => {
    const step = stepInputSchemas.http.parse({ http: `GET ${url}`, name: 'x' });
    return { flows: { main: { name: 'main', weight: 1, before: [step], steps: [] } } };
  };

  it('is held to the same, in `before:` too', async () => {
    expect(await codeOf({ scenario: scenarioWith('http://203.0.113.7/x') })).toBe('HOST_NOT_ALLOWED');
    expect(await codeOf({ scenario: scenarioWith('http://127.0.0.1:9/x') })).toBe('allowed');
  });
});

describe('the proxy of a scenario', () => {
  const through = (proxy: string, allow: readonly string[] = []): Case => ({
    scenario: { http: { ...defaultHttpSettings, proxy } },
    target: { allow },
  });

  it('may be on this machine', async () => {
    await expect(guarded(through('http://127.0.0.1:3128'))).resolves.toMatchObject({
      pins: { '127.0.0.1': ['127.0.0.1'] },
    });
  });

  it('is refused elsewhere, as any other host that nobody allowed', async () => {
    await expect(guarded(through('http://203.0.113.9:3128'))).rejects.toThrow(/203\.0\.113\.9/);
  });

  it('that is allowed still counts as production without an environment', async () => {
    await expect(guarded(through('http://203.0.113.9:3128', ['203.0.113.9']))).rejects.toThrow(/production/);
  });
});

describe('a Toxiproxy server', () => {
  const at = (toxiproxyUrl: string, change: Case = {}): Case => ({
    ...change,
    options: { toxiproxyUrl },
    scenario: { chaos: [{ on: 'postgres', fault: { kind: 'down' } }] } as unknown as Partial<Scenario>,
  });

  it('elsewhere is refused unless it is allowed, and used at the address that was checked', async () => {
    const names = { 'toxi.example': [['203.0.113.7'], ['203.0.113.66']] };
    expect(await codeOf(at('http://toxi.example:8474', { names }))).toBe('HOST_NOT_ALLOWED');
    const allowed = await guarded(
      at('http://toxi.example:8474', { names, target: { allow: ['toxi.example'] } }),
    );
    expect(allowed).toEqual({
      docker: null,
      toxiproxyUrl: 'http://203.0.113.7:8474',
      pins: { '127.0.0.1': ['127.0.0.1'], 'toxi.example': ['203.0.113.7'] },
    });
  });
});

describe('a database of one’s own', () => {
  const own = (url: string, change: { allow?: string[]; environment?: string } = {}): Case => ({
    variant: { kind: 'process' },
    environment: { DATABASE_URL: url },
    target: {
      allow: change.allow ?? [],
      dependencies: {
        postgres: { kind: 'provide', env: 'DATABASE_URL', environment: change.environment ?? null },
      },
    },
    names: { 'db.example': [['203.0.113.5']] },
  });
  const url = 'postgres://me:hunter2@db.example/shop';
  const allow = ['db.example'];

  it.each<[string, Case, string]>([
    ['on this machine is free', own('postgres://me@127.0.0.1/shop'), 'allowed'],
    ['that is not set is none', { ...own(''), environment: {} }, 'allowed'],
    ['elsewhere must be allowed', own(url), 'HOST_NOT_ALLOWED'],
    ['elsewhere counts as production', own(url, { allow }), 'PRODUCTION'],
    ['may say that it is not', own(url, { allow, environment: 'staging' }), 'allowed'],
    [
      'on this machine may say that it is',
      own('postgres://me@127.0.0.1/x', { environment: 'production' }),
      'PRODUCTION',
    ],
    [
      'is free in production when that was meant',
      { ...own(url, { allow }), options: { allowProduction: true } },
      'allowed',
    ],
    ['is not used by a target that runs already', { ...own(url), variant: {} }, 'allowed'],
  ])('%s', async (_name, given, expected) => {
    expect(await codeOf(given)).toBe(expected);
  });

  it('is named without its password', async () => {
    await expect(guarded(own(url))).rejects.toThrow(/^(?!.*hunter2)DATABASE_URL points at/);
  });
});

describe('an exporter that is scraped', () => {
  const scraped = (from: string, allow: string[] = []): Case => ({
    target: {
      allow,
      observe: { process: false, docker: false, prometheus: { from, everyMicros: 1_000_000 } },
    },
    names: { 'exporter.example': [['203.0.113.9'], ['127.0.0.1']] },
  });
  const url = 'http://exporter.example:9100/metrics';

  it.each<[string, Case, string]>([
    ['on this machine is free', scraped('http://127.0.0.1:9100/metrics'), 'allowed'],
    ['elsewhere must be allowed', scraped(url), 'HOST_NOT_ALLOWED'],
    ['may be allowed', scraped(url, ['exporter.example']), 'allowed'],
    [
      'at an address that clouds keep credentials at is refused',
      scraped('http://169.254.169.254/latest'),
      'HOST_NOT_ALLOWED',
    ],
    ['as a path is the target itself', scraped('/metrics'), 'allowed'],
  ])('%s', async (_name, given, expected) => {
    expect(await codeOf(given)).toBe(expected);
  });

  it('is pinned to the address that was checked', async () => {
    const { pins } = await guarded(scraped(url, ['exporter.example']));
    expect(pins).toEqual({ '127.0.0.1': ['127.0.0.1'], 'exporter.example': ['203.0.113.9'] });
  });
});
