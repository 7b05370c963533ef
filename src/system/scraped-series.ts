// Which series scrapes have, by what their lines say, and what each scrape changed.

import type { ScrapeBook } from '../record/scrape-book.ts';
import { copied } from './copied.ts';
import { type Exposition, kindOf, parseExposition, parseSeries } from './exposition.ts';
import type { ScrapedBody } from './scrape-request.ts';
import { createShownLabels } from './shown-labels.ts';

interface Changes {
  readonly changed: readonly (readonly [id: number, value: number])[];
  readonly gone: readonly number[];
}

export interface ScrapedSeriesBook {
  /** What is another than in the scrape before; a text says why the body is no scrape. */
  take(body: ScrapedBody): Changes | string;
  /** Of a whole run: what could not be read, what was left out. */
  notes(): string[];
}

const mostSeries = 5_000;
const mostLeftOut = 20_000;
const mostShownCharacters = 60;

/** Keeps the first series that it sees, in order of the lines. `redact`: of lines as a whole, and of the values of labels. */
export function createScrapedSeries(
  book: Pick<ScrapeBook, 'addSeries' | 'leaveOut'>,
  redact: (text: string) => string,
): ScrapedSeriesBook {
  /** As written → id; null: it cannot be read. */
  const byLine = new Map<string, number | null>();
  /** The same name and labels may be written in another order. */
  const byName = new Map<string, number>();
  const nameOf = new Map<number, string>();
  const leftOut = new Set<string>();
  const wrong = { lines: 0, first: '' };
  const labelsOf = createShownLabels(redact);
  let last = new Map<number, number>();

  /** Redacted as a whole, then cut: half a secret looks like none. */
  const shown = (line: string): string => copied(`\`${redact(line).slice(0, mostShownCharacters)}\``);
  const isWrong = (line: string, why: string): void => {
    wrong.lines += 1;
    if (wrong.first === '') wrong.first = `${shown(line)}${why}`;
  };
  const unreadable = (line: string, why: string): null => {
    if (byLine.size < mostLeftOut) byLine.set(line, null);
    const name = /^[A-Za-z_:][\w:]*/.exec(line)?.[0];
    if (name !== undefined) book.leaveOut(name);
    isWrong(line, `: ${why}`);
    return null;
  };
  const idOf = (written: string, types: Exposition['types']): number | null => {
    const known = byLine.get(written);
    if (known !== undefined) {
      if (known === null) isWrong(written, '');
      return known;
    }
    if (leftOut.has(written)) return null;
    // All that is kept of a line is made of this copy.
    const line = copied(written);
    const series = parseSeries(line);
    if (typeof series === 'string') return unreadable(line, series);
    const { name, labels } = series;
    const key = JSON.stringify([name, labels]);
    let id = byName.get(key);
    if (id === undefined) {
      if (byName.size >= mostSeries) {
        if (leftOut.size < mostLeftOut) leftOut.add(line);
        book.leaveOut(name);
        return null;
      }
      id = book.addSeries(name, labelsOf(labels), kindOf(name, types));
      byName.set(key, id);
      nameOf.set(id, name);
    }
    byLine.set(line, id);
    return id;
  };
  return {
    take: ({ text, openMetrics }) => {
      const exposition = parseExposition(text);
      if (openMetrics && !exposition.hasEnd) return 'its body ends before `# EOF`';
      const now = new Map<number, number>();
      for (const { series, value } of exposition.samples) {
        const id = idOf(series, exposition.types);
        if (id === null) continue;
        if (!now.has(id)) now.set(id, value);
        else {
          // Nobody can tell which of its values is meant, nor whether they are parts of one.
          book.leaveOut(nameOf.get(id) ?? '');
          isWrong(series, ' stands twice');
        }
      }
      const { first } = exposition;
      const why = first === null ? '' : `line ${first.number}: ${shown(first.line)}: ${first.why}`;
      if (now.size === 0) return `its body holds no metrics${why === '' ? '' : ` (${why})`}`;
      for (const name of exposition.unread) book.leaveOut(copied(name));
      wrong.lines += exposition.malformed;
      wrong.first ||= why;
      const changed = [...now].filter(([id, value]) => !last.has(id) || !Object.is(last.get(id), value));
      const gone = [...last.keys()].filter((id) => !now.has(id));
      last = now;
      return { changed, gone };
    },
    notes: () => notesOf(wrong, leftOut.size),
  };
}

function notesOf(wrong: { readonly lines: number; readonly first: string }, leftOut: number): string[] {
  const unread = `lines of scrapes that could not be read: ${wrong.lines}, the first: ${wrong.first}`;
  const more = `the target exposes more than ${mostSeries} series: ${leftOut} or more were left out, and promises about their names have no data`;
  return [...(wrong.lines === 0 ? [] : [unread]), ...(leftOut === 0 ? [] : [more])];
}
