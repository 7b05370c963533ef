// Thresholds as k6 has them, `- http_req_duration: ["p(95)<500", "p(99)<1000"]`: each becomes a promise of the list.

import { z } from 'zod';
import { k6Counterparts, k6Refusals } from '../slo/k6-metrics.ts';
import type { Positions } from '../slo/expression.ts';
import { fromK6 } from '../slo/k6.ts';
import { checkHttpAlone, type KnownNames } from '../slo/references.ts';
import type { Diagnostic } from './diagnostics.ts';
import { expectedMessage } from './issue-words.ts';
import { type Problem, valueAt } from './issues.ts';
import { placeProblems } from './place.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

type Map = Readonly<Record<string, unknown>>;

/** What stands at a place of the expanded list. */
interface Slot {
  readonly value: unknown;
  /** Where it is written; of a threshold, all of it. */
  readonly path: Path;
  readonly isThreshold: boolean;
}

/** For editors; what is written is read by `expandThresholds`. */
export const thresholdsInput = z
  .record(
    z.string().regex(/^[a-z_]+\s*(\{.*\})?$/),
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  )
  .describe('Thresholds of k6 by metric, e.g. `http_req_duration: ["p(95)<500"]`; times in milliseconds.');

const isMap = (value: unknown): value is Map =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ofPromises = ['assert', 'use', 'severity', 'window', 'abort', 'min_samples', 'on_no_data'];

/** A map that is no promise: one of its keys is a metric of k6, or all it holds are lists. */
function isThresholds(value: unknown): value is Map {
  if (!isMap(value) || Object.keys(value).length === 0) return false;
  const keys = Object.keys(value);
  if (keys.some((key) => ofPromises.includes(key))) return false;
  const isKnown = (key: string): boolean => {
    const name = key.replace(/\s*\{.*$/, '');
    return key !== name || Object.hasOwn(k6Counterparts, name) || Object.hasOwn(k6Refusals, name);
  };
  return keys.some(isKnown) || Object.values(value).every((thresholds) => Array.isArray(thresholds));
}

/** Where a threshold is written, and what its promise does not say of it. */
interface Written {
  readonly metricAt: Path;
  readonly positions: Positions;
}

/** What is found in a list of thresholds. */
interface Found {
  readonly problems: Problem[];
  readonly written: Written[];
}

export interface ExpandedThresholds {
  readonly document: SourceDocument;
  readonly diagnostics: readonly Diagnostic[];
  /** Thresholds about HTTP alone that would be about other steps as well, once it is known which steps there are. */
  readonly pooled: (known: Pick<KnownNames, 'series'>) => Diagnostic[];
}

/** The document with the promises that its k6 thresholds stand for, placed where these are written. */
export function expandThresholds(document: SourceDocument): ExpandedThresholds {
  const slo = valueAt(document.value, ['slo']);
  if (!Array.isArray(slo) || !slo.some(isThresholds)) return { document, diagnostics: [], pooled: () => [] };
  const found: Found = { problems: [], written: [] };
  const { problems, written } = found;
  const slots = (slo as readonly unknown[]).flatMap((value, index): Slot[] => {
    const path = ['slo', index];
    if (!isThresholds(value)) return [{ value, path, isThreshold: false }];
    return Object.entries(value).flatMap(([metric, thresholds]) =>
      promisesOf(metric, thresholds, [...path, metric], found),
    );
  });
  const pooled: ExpandedThresholds['pooled'] = (known) =>
    placeProblems(document, pooledProblems(written, known));
  if (problems.length > 0) return { document, diagnostics: placeProblems(document, problems), pooled };
  const value = { ...(document.value as Map), slo: slots.map((slot) => slot.value) };
  return { document: placed(document, value, slots), diagnostics: [], pooled };
}

/** One for each metric: its thresholds are all about the same steps. */
function pooledProblems(written: readonly Written[], known: Pick<KnownNames, 'series'>): Problem[] {
  const byMetric = new Map(written.map((one) => [one.metricAt.join('.'), one]));
  return [...byMetric.values()].flatMap(({ metricAt, positions }): Problem[] => {
    const problem = checkHttpAlone(positions, known);
    if (problem === null) return [];
    const { message, suggestion } = problem;
    return [{ path: metricAt, part: 'key', message, suggestion: suggestion ?? undefined }];
  });
}

/** Of one metric; what is wrong is added to what was found. */
function promisesOf(metric: string, written: unknown, at: Path, found: Found): Slot[] {
  const { problems } = found;
  const thresholds: readonly unknown[] = Array.isArray(written) ? written : [written];
  if (thresholds.length === 0) problems.push({ path: at, part: 'value', message: 'must not be empty' });
  return thresholds.flatMap((threshold, index) => {
    const path = Array.isArray(written) ? [...at, index] : at;
    if (typeof threshold !== 'string') {
      problems.push(notText(threshold, path));
      return [];
    }
    const promise = fromK6(metric, threshold);
    if (promise.ok) {
      found.written.push({ metricAt: at, positions: promise.positions });
      return [{ value: promise.value, path, isThreshold: true }];
    }
    const { message, offset, suggestion } = promise.problem;
    const own = offset - metric.length - 1;
    const place =
      own < 0 ? ({ path: at, part: 'key' } as const) : { path, part: 'value' as const, offset: own };
    problems.push({ ...place, message, suggestion: suggestion ?? undefined });
    return [];
  });
}

function notText(threshold: unknown, path: Path): Problem {
  const place = { path, part: 'value' } as const;
  if (!isMap(threshold) || !('threshold' in threshold))
    return { ...place, message: expectedMessage('a threshold such as "p(95)<500"', threshold) };
  const message = 'a threshold with more than its text is a promise of its own here';
  return { ...place, message, suggestion: 'e.g. `{ assert: p95 < 500ms, abort: { after: 10s } }`' };
}

function placed(document: SourceDocument, value: unknown, slots: readonly Slot[]): SourceDocument {
  const slotOf = ([root, index]: Path): Slot | undefined =>
    root === 'slo' && typeof index === 'number' ? slots[index] : undefined;
  const written = (path: Path): Path => {
    const slot = slotOf(path);
    return slot === undefined ? path : slot.isThreshold ? slot.path : [...slot.path, ...path.slice(2)];
  };
  return {
    file: document.file,
    value,
    // Characters of the promise are not those of the threshold.
    place: (path, part, offset) =>
      document.place(written(path), part, slotOf(path)?.isThreshold === true ? undefined : offset),
    written: (path) => (slotOf(path)?.isThreshold === true ? '' : document.written(written(path))),
  };
}
