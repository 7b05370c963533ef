// Records with an attack in every field that comes from outside.

import type { Comparison } from '../../src/compare/schema.ts';
import type { RunData } from '../../src/record/data.ts';
import { sampleComparison } from './comparison-data.ts';
import { realisticRun } from './run-data.ts';

const attack = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&\`= onmouseover=alert(3) \u0000\ud800 |\n]]>--><!--`;

/** Closed sets of words that reading a record enforces. */
const enumerated = new Set([
  'status',
  'level',
  'unit',
  'severity',
  'scale',
  'better',
  'side',
  'outcome',
  'role',
]);
const closed =
  /\.(atLeast\[\d+\]|model|spacing|onLimit|proxy)$|^\.run\.target\.kind$|series\[\d+\]\.kind$|claims\[\d+\]\.verdict$|runs\[\d+\]\.verdict$/;

function hostile(value: unknown, path = ''): unknown {
  const key = /(\w+)$/.exec(path)?.[1] ?? '';
  if (typeof value === 'string') return enumerated.has(key) || closed.test(path) ? value : attack;
  if (Array.isArray(value)) return value.map((entry, index) => hostile(entry, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const entries = Object.entries(value).map(([name, entry]): [string, unknown] => [
    freeKeys.test(path) ? attack : name,
    hostile(entry, `${path}.${name}`),
  ]);
  return Object.fromEntries(entries);
}

/** Objects whose keys come from outside too. */
const freeKeys = /\.(errors|statuses|with)$|^\.environment$/;
const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype;

export function hostileRun(): RunData {
  const data = realisticRun();
  // Slices belong to a series by its name, so the names change together.
  const run = hostile({ run: data.run }) as { run: RunData['run'] };
  const slices = data.slices.map((slice) => ({ ...slice, series: attack }));
  return { run: run.run, slices };
}

export const hostileComparison = (): Comparison => hostile(sampleComparison()) as Comparison;
