// The target's own series in words: their labels, and what an unknown name may have meant.

import { nearest } from '../kernel/suggest.ts';
import type { ScrapedSeries, ScrapeLog } from '../record/scrape-log.ts';
import type { Selector } from './selector.ts';

const mostListed = 5;

/** `a, b and 3 more` */
export function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** `{code="500", method="GET"}` */
export function labelText(labels: ScrapedSeries['labels']): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
}

/** What promises name of a histogram is its family. */
const familyOf = ({ kind, name }: ScrapedSeries): string =>
  kind === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name;

/** Why nothing of the selector is in any scrape: its name, or its labels. */
export function unknownSeries({ series }: ScrapeLog, { name }: Selector): string {
  const ofName = series.filter((entry) => entry.name === name || familyOf(entry) === name);
  if (ofName.length > 0) {
    const labels = [...new Set(ofName.map((entry) => labelText(entry.labels)))];
    return `no series of \`${name}\` has these labels (it has: ${listed(labels)})`;
  }
  const names = [...new Set(series.map(familyOf))];
  const near = nearest(name, names);
  const alike = near === undefined ? names.filter((other) => isAlike(name, other)) : [near];
  const meant = alike.length === 0 ? '' : ` (did you mean ${listed(alike.map((other) => `\`${other}\``))}?)`;
  return `the target exposed no metric \`${name}\`${meant}`;
}

/** Why a sum or a choice of these series would lack some or be wrong; null: all that is exposed of that name is there, once. */
export function leftOutOf({ leftOut = [] }: ScrapeLog, { name }: Selector): string | null {
  const named = new Set(['', '_bucket', '_sum', '_count'].map((suffix) => name + suffix));
  return leftOut.some((other) => named.has(other))
    ? `the target exposes series of \`${name}\` that were not kept, could not be read or stand twice (the notes say why)`
    : null;
}

const isAlike = (name: string, other: string): boolean => other.includes(name) || name.includes(other);
