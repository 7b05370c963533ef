// Which series scrapes have, by what their lines say, and what each scrape changed.

import type { ScrapeBook } from '../record/scrape-book.ts';
import { type Exposition, kindOf, parseExposition, parseSeries } from './exposition.ts';
import type { ScrapedBody } from './scrape-request.ts';

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

/** Keeps the first series that it sees, in order of the lines. `redact`: of the values of labels. */
export function createScrapedSeries(
  book: Pick<ScrapeBook, 'addSeries'>,
  redact: (text: string) => string,
): ScrapedSeriesBook {
  /** As written → id; null: it cannot be read. */
  const byLine = new Map<string, { readonly id: number | null; readonly wrong: string | null }>();
  /** The same name and labels may be written in another order. */
  const byName = new Map<string, number>();
  const leftOut = new Set<string>();
  const wrong = { lines: 0, first: '' };
  let last = new Map<number, number>();

  const isWrong = (what: string): void => {
    wrong.lines += 1;
    wrong.first ||= what;
  };
  const idOf = (line: string, types: Exposition['types']): number | null => {
    const known = byLine.get(line);
    if (known !== undefined) {
      if (known.wrong !== null) isWrong(known.wrong);
      return known.id;
    }
    const series = parseSeries(line);
    if (typeof series === 'string') {
      const what = `\`${line.slice(0, 60)}\`: ${series}`;
      if (byLine.size < mostLeftOut) byLine.set(line, { id: null, wrong: what });
      isWrong(what);
      return null;
    }
    const { name, labels } = series;
    const key = JSON.stringify([name, labels]);
    let id = byName.get(key);
    if (id === undefined) {
      if (byName.size >= mostSeries) {
        if (leftOut.size < mostLeftOut) leftOut.add(line);
        return null;
      }
      const shown = Object.entries(labels).map(([label, value]) => [label, redact(value)] as const);
      id = book.addSeries(name, Object.fromEntries(shown), kindOf(name, types));
      byName.set(key, id);
    }
    byLine.set(line, { id, wrong: null });
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
        if (now.has(id)) isWrong(`\`${series.slice(0, 60)}\` stands twice`);
        else now.set(id, value);
      }
      const why = exposition.firstMalformed;
      if (now.size === 0) return `its body holds no metrics${why === null ? '' : ` (${why})`}`;
      wrong.lines += exposition.malformed;
      wrong.first ||= why ?? '';
      const changed = [...now].filter(([id, value]) => !last.has(id) || !Object.is(last.get(id), value));
      const gone = [...last.keys()].filter((id) => !now.has(id));
      last = now;
      return { changed, gone };
    },
    notes: () => [
      ...(wrong.lines === 0
        ? []
        : [`lines of scrapes that could not be read: ${wrong.lines}, the first: ${wrong.first}`]),
      ...(leftOut.size === 0
        ? []
        : [`the target exposes more than ${mostSeries} series: ${leftOut.size} or more were left out`]),
    ],
  };
}
