// JSON Schemas for editors and for readers of records, generated from the zod schemas that really check the files.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { comparisonSchema } from '../compare/schema.ts';
import { trendSchema } from '../compare/trend-schema.ts';
import { makeFolder } from '../record/make-folder.ts';
import { runRecordSchema } from '../record/schema.ts';
import { targetSchema } from '../system/target-schema.ts';
import { type Descriptions, scenarioDescriptions, targetDescriptions } from './key-descriptions.ts';
import { comparisonDescriptions } from './comparison-descriptions.ts';
import { runDescriptions } from './record-descriptions.ts';
import { faultEntryInput, pieceEntryInput } from './chaos-schema.ts';
import { catalogueUseInput } from './catalogue-schema.ts';
import { experimentsInput } from './experiment-schema.ts';
import { thresholdsInput } from './k6-thresholds.ts';
import { promisesInput } from './promise-schema.ts';
import { scenarioInput } from './schema.ts';
import { suppressionsInput } from './suppressions.ts';
import { trendDescriptions } from './trend-descriptions.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** As written: what is checked has its pieces of chaos and its entries of the catalogue replaced already. */
const writtenScenario = z.strictObject({
  ...scenarioInput.shape,
  chaos: z
    .array(z.union([faultEntryInput, pieceEntryInput]))
    .optional()
    .describe('Faults injected during the load.'),
  slo: z
    .array(z.union([promisesInput.element, catalogueUseInput, thresholdsInput]))
    .optional()
    .describe('Promises, e.g. `p95(query) < 2s during steady`, and entries of the catalogue of promises.'),
  experiments: experimentsInput.optional(),
});

/** Scenario files. */
export const scenarioJsonSchema = (): JsonSchema =>
  jsonSchema(
    writtenScenario,
    'Mettle scenario',
    'Load, faults and promises of one test.',
    scenarioDescriptions,
  );

/** Target files. */
export const targetJsonSchema = (): JsonSchema =>
  jsonSchema(
    targetSchema,
    'Mettle target',
    'How a system under test is started and reached.',
    targetDescriptions,
  );

/** `run.json` of a run record. */
const runJsonSchema = (): JsonSchema =>
  jsonSchema(runRecordSchema, 'Mettle run record', 'What one run measured.', runDescriptions);

/** `comparison.json` of a verification. */
const comparisonJsonSchema = (): JsonSchema =>
  jsonSchema(comparisonSchema, 'Mettle comparison', 'Before against after, judged.', comparisonDescriptions);

/** `trend.json` of a trend. */
const trendJsonSchema = (): JsonSchema =>
  jsonSchema(
    trendSchema,
    'Mettle trend',
    'Where the history of a metric changed, and where it goes.',
    trendDescriptions,
  );

/** Files of suppressions. */
const suppressionsJsonSchema = (): JsonSchema =>
  jsonSchema(suppressionsInput, 'Mettle suppressions', 'Changes of a history that are accepted.', {});

/** File name → schema. */
export const jsonSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  'scenario.schema.json': scenarioJsonSchema(),
  'target.schema.json': targetJsonSchema(),
  'run.schema.json': runJsonSchema(),
  'comparison.schema.json': comparisonJsonSchema(),
  'trend.schema.json': trendJsonSchema(),
  'suppressions.schema.json': suppressionsJsonSchema(),
});

/** The text of a schema file. */
export const schemaText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;

/** Writes every schema into the folder, which is created when missing. Resolves to the paths written. */
export async function writeSchemas(folder: string): Promise<string[]> {
  makeFolder(folder);
  const files = Object.entries(jsonSchemas()).map(([name, schema]) => ({ path: join(folder, name), schema }));
  await Promise.all(files.map(({ path, schema }) => writeFile(path, schemaText(schema))));
  return files.map(({ path }) => path);
}

function jsonSchema(
  schema: z.ZodType,
  title: string,
  description: string,
  descriptions: Descriptions,
): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, title, description, ...describe({ ...rest, title, description }, [], descriptions) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy in which every key without words of its own has those of the table; `where` are the keys above it. */
function describe(schema: JsonSchema, where: readonly string[], table: Descriptions): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties' && isRecord(value))
        return [keyword, mapRecord(value, (child, key) => described(child, [...where, key], table))];
      if (keyword === '$defs' && isRecord(value))
        return [keyword, mapRecord(value, (child, key) => describe(child, [key], table))];
      if (Array.isArray(value))
        return [
          keyword,
          value.map((item: unknown) => (isRecord(item) ? describe(item, where, table) : item)),
        ];
      const nested = ['items', 'additionalProperties', 'propertyNames'].includes(keyword) && isRecord(value);
      return [keyword, nested ? describe(value, where, table) : value];
    }),
  );
}

function described(schema: JsonSchema, where: readonly string[], table: Descriptions): JsonSchema {
  const inner = describe(schema, where, table);
  const words = inner['description'] ?? table[where.slice(-2).join('.')] ?? table[where.at(-1) ?? ''];
  return words === undefined ? inner : { ...inner, description: words };
}

const mapRecord = (record: Record<string, unknown>, change: (child: JsonSchema, key: string) => JsonSchema) =>
  Object.fromEntries(
    Object.entries(record).map(([key, child]) => [key, isRecord(child) ? change(child, key) : child]),
  );
