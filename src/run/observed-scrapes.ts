// The target's own metrics, scraped beside the load: from where, over which addresses, and what is told of it.

import { readFile } from 'node:fs/promises';
import { gatedAddresses, hostGate } from '../faults/pins.ts';
import { hostOfUrl } from '../faults/hosts.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { createRedactor } from '../kernel/redact.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type ScrapeConnection, scrapeRequest } from '../system/scrape-request.ts';
import { startScraper } from '../system/scraper.ts';
import type { StartedVariant } from '../system/system.ts';
import type { ScrapeSpec } from '../system/target-spec.ts';
import type { RunRequest } from './run-request.ts';

export interface ObservedScrapes {
  /** One scrape beside those of the grid: at the end of the load, and after what follows it. Never rejects. */
  scrape(): Promise<void>;
  /** null: nothing was scraped. */
  log(startAtMicros: number): ScrapeLog | null;
  notes(startAtMicros: number): string[];
  close(): void;
}

const nothingScraped: ObservedScrapes = {
  ...{ scrape: () => Promise.resolve(), log: () => null },
  ...{ notes: () => [], close: () => undefined },
};

/** It was to be scraped, and could not be: a log with that reason alone. */
function notScraped({ from, everyMicros }: ScrapeSpec, why: string, atMicros: number): ObservedScrapes {
  const log = (startAtMicros: number): ScrapeLog => ({
    ...{ url: from, everyMicros, series: [], scrapes: [] },
    failures: [{ atMicros: Math.round(atMicros - startAtMicros), why }],
  });
  return { ...nothingScraped, log, notes: () => [`${from} was not scraped: ${why}`] };
}

/** Resolves after the first scrape. Never rejects: what keeps it from scraping is a note, and no value. */
export async function observeScrapes(
  request: Pick<RunRequest, 'target' | 'stage' | 'scenario' | 'signal'>,
  started: Pick<StartedVariant, 'directHttp'>,
  clock: Clock,
): Promise<ObservedScrapes> {
  const { target, scenario, stage, signal } = request;
  const spec = target.observe.prometheus;
  if (spec === null) return nothingScraped;
  const redact = createRedactor(target.secrets.flatMap((name) => process.env[name] ?? []));
  const failed = (why: string): ObservedScrapes =>
    notScraped({ ...spec, from: redact(spec.from) }, redact(why), clock.nowMicros());
  const url = urlOf(spec, started.directHttp);
  if (url === null) return failed('the variant has no HTTP address');
  try {
    const addresses = await gatedAddresses(hostGate(stage.pins, target.allow), hostOfUrl(url));
    const tls = await tlsOf(scenario, spec);
    return await startScraper({
      ...{ url, clock, signal, everyMicros: spec.everyMicros },
      request: scrapeRequest({ url, addresses, tls }),
      redact,
    });
  } catch (error) {
    return failed(messageOf(error));
  }
}

/** A path is one of the target itself, past the proxies of faults. */
function urlOf({ from }: ScrapeSpec, directHttp: string | null): string | null {
  if (!from.startsWith('/')) return from;
  return directHttp === null ? null : `${directHttp.replace(/\/+$/, '')}${from}`;
}

/** As for the load, without client certificates; the server's name is the target's own. */
async function tlsOf(
  { tls, files }: Pick<Scenario, 'tls' | 'files'>,
  { from }: ScrapeSpec,
): Promise<ScrapeConnection['tls']> {
  const ca = tls.ca === null ? null : await readFile(files[tls.ca]?.path ?? tls.ca);
  return {
    verify: tls.verify,
    ...(ca === null ? {} : { ca }),
    ...(tls.servername === null || !from.startsWith('/') ? {} : { servername: tls.servername }),
  };
}
