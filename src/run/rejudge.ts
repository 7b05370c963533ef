// A stored record held against other promises: phases, recoveries, promises and verdict anew, measurements as they are.

import type { RunData } from '../record/data.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import type { KnownNames } from '../slo/references.ts';
import { effectsOf } from './effects.ts';
import { judgeRecord } from './judge-record.ts';
import { unknownAfter } from './steady-after.ts';

/**
 * The record as if the run had had these promises. When a fault was injected, held back or cut short was decided while it
 * ran, by the promises it had: that stays. What the fault proxy saw stays, too, with the phases it was made from.
 */
export function rejudge(data: RunData, slo: readonly PromiseSpec[], baselines: BaselineRuns): RunData {
  const { run, slices } = data;
  const { load, faults } = run;
  const promised = { slo, warmupMicros: load.warmupMicros };
  const effects = effectsOf(promised, {
    ...{ faults, slices },
    ...{ elapsedMicros: load.elapsedMicros, plannedMicros: load.plannedMicros },
  });
  const before = new Set(unknownAfter(faults));
  const notes = run.notes.filter((note) => !before.has(note));
  return judgeRecord({ ...data, run: { ...run, ...effects, notes } }, promised, baselines);
}

/** What promises about this record can name. */
export function namesIn({ run, scrapes }: RunData): KnownNames {
  const links = new Set(run.faults.filter(({ observation }) => observation !== null).map(({ on }) => on));
  return {
    series: run.series.map(({ name, hasDueTime }) => ({ name, hasDueTime, isMixed: false })),
    faults: [...new Set(run.faults.map(({ id }) => id))],
    links: [...links].map((name) => ({
      name,
      faults: run.faults.filter(({ on }) => on === name).map(({ id }) => id),
    })),
    observed: [
      ...run.processes.map(({ name }) => name),
      ...(run.containers ?? []).flatMap(({ name, service }) => [
        `container:${name}`,
        ...(service === null ? [] : [`service:${service}`]),
      ]),
    ],
    scraped: scrapes === undefined ? null : scrapedNames(scrapes),
  };
}

/** A histogram is asked for by the name of its family, which none of its series has. */
const scrapedNames = ({ series }: ScrapeLog): string[] => [
  ...new Set(
    series.flatMap(({ name, kind }) =>
      kind === 'histogram' && name.endsWith('_bucket') ? [name, name.replace(/_bucket$/, '')] : [name],
    ),
  ),
];
