// The one number of a finished run that people wait for while the next one goes.

import type { RunData } from '../record/data.ts';
import { formatValue } from '../report/words.ts';
import { parseMeasure } from '../slo/parse.ts';
import { readMeasure } from '../slo/reading.ts';

/** `p50(query) 12.3ms`: the primary metric, or p95 of the first step; null when there is none. */
export function headlineOf(data: RunData): string | null {
  const first = data.run.series.find(({ kind }) => kind === 'step')?.name;
  const text = data.run.primary ?? (first === undefined ? null : `p95(${first})`);
  if (text === null) return null;
  const parsed = parseMeasure(text);
  if (!parsed.ok) return null;
  const { metric, reading } = readMeasure(parsed.value, data, []);
  const few = reading.value !== null && metric.tooFew(parsed.value, reading.samples, null) !== null;
  return `${text} ${formatValue(few ? null : reading.value, metric.unit, reading.atLeast)}`;
}
