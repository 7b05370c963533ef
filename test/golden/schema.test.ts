// The JSON Schemas in schema/ are what the code makes, describe every key, and agree with the code on real files.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { type JsonSchema, jsonSchemas, schemaText } from '../../src/scenario/json-schema.ts';
import { scenarioDescriptions, targetDescriptions } from '../../src/scenario/key-descriptions.ts';
import { comparisonDescriptions } from '../../src/scenario/comparison-descriptions.ts';
import { runDescriptions } from '../../src/scenario/record-descriptions.ts';
import { trendDescriptions } from '../../src/scenario/trend-descriptions.ts';

const names = [
  'scenario.schema.json',
  'target.schema.json',
  'run.schema.json',
  'comparison.schema.json',
  'trend.schema.json',
  'suppressions.schema.json',
];

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly [keyword: string]: unknown;
}

/** Every property below a schema, with the path of keys that leads to it. */
function* properties(node: Node, where: readonly string[] = []): Generator<{ path: string; node: Node }> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    yield { path: [...where, key].join('.'), node: child };
    yield* properties(child, [...where, key]);
  }
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === 'properties' || typeof value !== 'object' || value === null) continue;
    if (keyword === '$defs') {
      for (const [name, child] of Object.entries(value as Record<string, Node>))
        yield* properties(child, [name]);
    } else {
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (typeof child === 'object' && child !== null) yield* properties(child as Node, where);
      }
    }
  }
}

test('the files hold what the code makes (npm run schema writes them)', () => {
  expect(Object.keys(jsonSchemas())).toEqual(names);
  for (const [name, schema] of Object.entries(jsonSchemas())) {
    expect(readFileSync(packagePath(`schema/${name}`), 'utf8'), name).toBe(schemaText(schema));
  }
});

test.each(names)('%s describes itself and every key', (name) => {
  const schema = jsonSchemas()[name] as JsonSchema & Node;
  expect(schema['title']).toBeTypeOf('string');
  const all = [...properties(schema)];
  expect(all.length).toBeGreaterThan(6);
  expect(all.filter(({ node }) => (node.description ?? '') === '').map(({ path }) => path)).toEqual([]);
});

test.each([
  ['scenario.schema.json', scenarioDescriptions],
  ['target.schema.json', targetDescriptions],
  ['run.schema.json', runDescriptions],
  ['comparison.schema.json', comparisonDescriptions],
  ['trend.schema.json', trendDescriptions],
])('no description of %s is left over from a key that is gone', (name, table) => {
  const used = new Set([...properties(jsonSchemas()[name] as Node)].map(({ node }) => node.description));
  const common = new Set(
    Object.values(runDescriptions).filter((words) => Object.values(comparisonDescriptions).includes(words)),
  );
  expect(Object.entries(table).filter(([, words]) => !used.has(words) && !common.has(words))).toEqual([]);
});

test('strict maps stay strict: editors refuse what the code refuses', () => {
  const scenario = jsonSchemas()['scenario.schema.json'] as Node;
  expect(scenario['additionalProperties']).toBe(false);
  expect(Object.keys(scenario.properties ?? {})).toContain('flows');
});
