// A history as this version of Mettle understands it: entries as they are kept, without metrics that it does not know.

import { readHistory } from '../record/history.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { withoutControls } from '../report/escape.ts';
import { parseMeasure } from '../slo/parse.ts';
import { printMeasure } from '../slo/print.ts';

interface KnownHistory {
  /** By time, the oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** What was left out, and why; one line each, fit for a terminal. */
  readonly skipped: readonly string[];
}

/** Never rejects. What is not written as Mettle writes it would be a metric of its own beside the real one. */
export async function knownHistory(folder: string): Promise<KnownHistory> {
  const { entries, skipped } = await readHistory(folder);
  const unknown: string[] = [];
  const known = entries.map((entry) => {
    const values = entry.values.filter(({ metric }) => isKnown(metric));
    if (values.length === entry.values.length) return entry;
    const names = entry.values.map(({ metric }) => metric).filter((metric) => !isKnown(metric));
    unknown.push(`${entry.id}: this version knows no metric ${names.map((one) => `"${one}"`).join(', ')}`);
    return { ...entry, values };
  });
  return { entries: known, skipped: [...skipped, ...unknown].map(oneLine) };
}

/** More of a kind are counted. */
const mostSkippedLines = 5;

/** Of a command that has more to say than what is wrong with its history. Never rejects. */
export async function knownEntries(
  folder: string,
  say: (line: string) => void,
): Promise<readonly HistoryEntry[]> {
  const { entries, skipped } = await knownHistory(folder);
  for (const line of skipped.slice(0, mostSkippedLines)) say(`history: ${line}`);
  const more = skipped.length - mostSkippedLines;
  if (more > 0) say(`history: ${more} more files of ${folder} are passed over or not whole`);
  return entries;
}

function isKnown(metric: string): boolean {
  const parsed = parseMeasure(metric);
  return parsed.ok && printMeasure(parsed.value) === metric;
}

/** Of what others wrote: nothing that moves the cursor, colours or forges a line. */
export const oneLine = (text: string): string => withoutControls(text.replace(/\s+/g, ' '));
