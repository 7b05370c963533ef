// The catalogue that comes with Mettle: its numbers, that each promise can be read, and that its README tells all of it.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../../src/kernel/entry.ts';
import { catalogueNames } from '../../../src/scenario/catalogue-file.ts';
import { listCatalogue, showEntry } from '../../../src/scenario/catalogue-show.ts';
import type { Plain } from '../../../src/scenario/experiment-schema.ts';
import { describedMetrics } from '../../../src/scenario/metric-words.ts';
import { metricNamed } from '../../../src/slo/metrics/registry.ts';
import { parsePromise } from '../../../src/slo/parse.ts';

const promises = async (use: string, values: Record<string, Plain> = {}): Promise<Record<string, string>> =>
  Object.fromEntries((await showEntry(use, values)).promises.map(({ id, promise }) => [id, promise]));

/** A value for what has to be given, and for what may be. */
const examples: Readonly<Record<string, string>> = {
  ...{ series: 'say', connections: 'connect', during: 'steady', throughput: '50/s', memory: '512MiB' },
  ...{ container: 'service:api', pool_in_use: 'pool_in_use', pool_size: 'pool_size{of="db"}' },
  ...{ rate_limited: 'limited_total', requests: 'requests_total', queue: 'queue', queue_limit: '100' },
  ...{ fault: 'slow-db', memory_left: '20%' },
  ...{ query_seconds: 'query_seconds', cache_hits: 'hits_total', cache_lookups: 'lookups_total' },
};

describe('the catalogue', () => {
  it('has the numbers of the guide', async () => {
    expect(await promises('web-api', { series: 'query' })).toMatchObject({
      p95: 'p95(query) < 200ms',
      p99: 'p99(query) < 500ms',
      'first-byte': 'first_byte(query, p95) < 200ms',
      errors: 'error_rate(query) < 1%',
      apdex: 'apdex(query, 200ms) >= 0.8',
      'errors-goal': 'error_rate(query) < 0.1%',
    });
    expect(await promises('web-api', { rate_limited: 'a{code="429"}', requests: 'a' })).toMatchObject({
      'rate-limited': 'metric(a{code="429"}) / metric(a) < 1%',
    });
    expect(await promises('web-page')).toMatchObject({
      ...{ p95: 'p95 < 500ms', p99: 'p99 < 1s', mean: 'mean < 500ms', 'mean-goal': 'mean < 200ms' },
      'first-byte': 'first_byte(p95) < 200ms',
    });
    expect(await promises('golden-signals')).toMatchObject({
      traffic: 'achieved >= 99%',
      cpu: 'cpu(target) < 80%',
      'cpu-goal': 'cpu(target) < 70%',
      pool: 'metric({{pool_in_use}}) / metric({{pool_size}}) < 80%',
      'pool-goal': 'metric({{pool_in_use}}) / metric({{pool_size}}) < 70%',
      queue: 'metric({{queue}}, max) < {{queue_limit}}',
    });
    expect(await promises('golden-signals', { container: 'service:api' })).toMatchObject({
      memory: 'memory_share(service:api) < 85%',
      'memory-goal': 'memory_share(service:api) < 80%',
    });
    expect(await promises('real-time', { series: 'say' })).toMatchObject({
      ...{ p95: 'round_trip(say, p95) < 50ms', errors: 'error_rate(say) < 1%', cpu: 'cpu(target) < 70%' },
      connections: 'connections_lost <= 0',
      availability: 'availability(say) >= 99.9%',
      'sockets-left': 'sockets_left(target) <= 0',
      'memory-left': 'memory_growth(target) < {{memory_left}}',
    });
    expect(await promises('database-backed', { pool_in_use: 'a', pool_size: 'b' })).toMatchObject({
      pool: 'metric(a) / metric(b) < 80%',
      'pool-goal': 'metric(a) / metric(b) < 70%',
      cache: 'metric({{cache_hits}}) / metric({{cache_lookups}}) > 80%',
    });
    expect(await promises('availability', { fault: 'slow-db' })).toEqual({
      slo: 'availability >= 99.95%',
      sla: 'availability >= 99.9%',
      'sla-goal': 'availability >= 99.99%',
      recovery: 'recovery(slow-db) < 1h',
    });
    expect(Object.values(await promises('burn-rate', { target: '99.5%' }))).toEqual([
      'burn(99.5%) < 14.4 over 60s/5s',
      'burn(99.5%) < 6 over 360s/30s',
      'burn(99.5%) < 3 over 1440s/120s',
      'burn(99.5%) < 1 over 4320s/360s',
    ]);
  });

  it('can be read, with all of its parameters and with none but those that are needed', async () => {
    const names = await catalogueNames();
    expect(names.length).toBeGreaterThanOrEqual(7);
    for (const name of names) {
      const { parameters } = await showEntry(name, {});
      const given = parameters.filter(({ name: key }) => key in examples);
      const required = given.filter((one) => one.required);
      expect(parameters.filter((one) => one.required).every((one) => required.includes(one))).toBe(true);
      for (const some of [given, required]) {
        const values = Object.fromEntries(some.map(({ name: key }) => [key, examples[key] ?? '']));
        const { promises: all } = await showEntry(name, values);
        for (const { promise, when } of all) {
          const isOpen = when.some((key) => key in examples && !(key in values));
          const parsed = parsePromise(promise);
          if (!isOpen) expect(parsed.ok ? null : `${name}: ${promise}: ${parsed.problem.message}`).toBeNull();
        }
      }
    }
  });

  it('is listed with its README, which has a row for each promise with its number', async () => {
    const readme = await readFile(packagePath('slo/README.md'), 'utf8');
    const listed = await listCatalogue();
    const sections = [...readme.matchAll(/^### `([\w-]+)`$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(listed.map(({ name }) => name).sort());
    for (const { name } of listed) {
      const section = readme.split(`### \`${name}\`\n`)[1]?.split('\n### ')[0] ?? '';
      for (const { id, promise, source } of (await showEntry(name, {})).promises) {
        const row = section.split('\n').find((line) => line.startsWith(`| \`${id}\` |`)) ?? '';
        expect(row, `${name} ${id}`).toContain(`\`${promise}\``);
        expect(row, `${name} ${id}`).toContain(source);
      }
    }
  });
});

it('every metric of the registry is told in words', () => {
  const described = describedMetrics();
  expect(described.filter(({ about }) => about === '').map(({ name }) => name)).toEqual([]);
  const units = described.map(({ name, unit }) => [name, unit]);
  expect(units).toContainEqual(['error_rate', metricNamed('error_rate')?.unit]);
});
