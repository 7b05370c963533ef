// `observe.prometheus` as written: where the target's own metrics are read, and how often.

import { z } from 'zod';
import { parseDuration } from '../kernel/units.ts';
import type { ScrapeSpec } from './target-spec.ts';

const shortestMicros = 1_000_000;
const longestMicros = 60_000_000;

const expected =
  'a scrape is written like `GET /metrics every 2s` (1s to 60s), or with a whole URL in place of the path';

/** `GET /metrics`, `GET /metrics every 2s`, `http://127.0.0.1:9187/metrics`. The guard looks at the host of a URL. */
export const scrapeInput = z
  .string()
  .transform((text, context): ScrapeSpec => {
    const spec = specOf(text.trim());
    if (typeof spec !== 'string') return spec;
    context.addIssue({ code: 'custom', message: spec });
    return z.NEVER;
  })
  .describe('Scrapes the target’s own metrics, e.g. `GET /metrics every 2s`; default: every 1s.');

function specOf(text: string): ScrapeSpec | string {
  const match = /^(GET\s+)?(\S+)(?:\s+every\s+(.+))?$/.exec(text);
  if (match === null) return expected;
  const [, method, from = '', every = '1s'] = match;
  const everyMicros = parseDuration(every);
  if (everyMicros === undefined || everyMicros < shortestMicros || everyMicros > longestMicros)
    return expected;
  if (from.startsWith('/')) return method === undefined ? expected : { from, everyMicros };
  const url = URL.parse(from);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return expected;
  const isPlain = url.username === '' && url.password === '' && url.hash === '';
  return isPlain ? { from, everyMicros } : 'the URL of a scrape has no user, password or fragment';
}
