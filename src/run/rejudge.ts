// A stored record held against other promises: phases, recoveries, promises and verdict anew, measurements as they are.

import { placeOf } from '../faults/registry.ts';
import { formatDuration } from '../kernel/units.ts';
import { lagName, saturatedLagMicros } from '../measure/health.ts';
import type { RunData } from '../record/data.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { RunRecord } from '../record/schema.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import type { KnownNames } from '../slo/references.ts';
import { everGood, isHttp } from '../slo/series-kinds.ts';
import { effectsOf } from './effects.ts';
import { groundsOf, judgeRecord } from './judge-record.ts';
import { tightestPromiseMicros } from './steady.ts';
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
  const grounds = run.grounds ?? groundsOf(run);
  const invalid = [...grounds.invalid, ...heldBackByOthers(run, slo), ...lagging(run, slo)];
  const judged = { ...run, ...effects, notes, grounds: { ...grounds, invalid: [...new Set(invalid)] } };
  return judgeRecord({ ...data, run: judged }, promised, baselines);
}

/** A fault that never happened because of a promise which nobody asks for any more: nothing was tested. */
function heldBackByOthers({ faults }: RunRecord, slo: readonly PromiseSpec[]): string[] {
  return faults.flatMap((fault) => {
    const { heldBackBy } = fault;
    // One that only warns holds nothing back.
    const asked = slo.some(({ assert, severity }) => assert === heldBackBy && severity === 'fail');
    if (heldBackBy === undefined || asked) return [];
    return [`fault ${occurrenceName(fault)} was held back by the run's own promise ${heldBackBy}`];
  });
}

/** The generator was held against the tightest promise of its run; a tighter one asks for more. */
function lagging({ health }: RunRecord, slo: readonly PromiseSpec[]): string[] {
  const lag = health.measures.find(({ name }) => name === lagName);
  if (lag === undefined || health.level === 'saturated') return [];
  const limitMicros = saturatedLagMicros(tightestPromiseMicros(slo));
  if (lag.value <= limitMicros) return [];
  const most = formatDuration(limitMicros);
  return [
    `the load generator was saturated: ${lagName} ${formatDuration(lag.value)}, these promises allow ${most}`,
  ];
}

/** What promises about this record can name. */
export function namesIn(data: RunData): KnownNames {
  const { run, scrapes } = data;
  const onLinks = run.faults.filter(({ kind, on }) => placeOf(kind, on) === 'link');
  const links = new Set(onLinks.map(({ on }) => on));
  return {
    series: run.series.map((series) => {
      const { name, hasDueTime, isMixed = false } = series;
      return { name, hasDueTime, isMixed, isHttp: isHttp(data, series) || !everGood(data, series) };
    }),
    faults: [...new Set(run.faults.map(({ id }) => id))],
    links: [...links].map((name) => ({
      name,
      faults: onLinks.filter(({ on }) => on === name).map(({ id }) => id),
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
