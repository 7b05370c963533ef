// What the proxy saw of attempts during a fault, in words: for tables, the summary and the terminal.

import { formatDuration, significant } from '../kernel/units.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { AttemptsRecord } from '../record/attempts-schema.ts';
import type { FaultRecord, RunRecord } from '../record/schema.ts';

/** A figure, and beside it what has to be known of it or why there is none. */
interface Figure {
  readonly value: string;
  readonly note: string;
}

const none = (reason: string | null): Figure => ({ value: '–', note: reason ?? '' });
const moment = (micros: number): string => (micros <= 0 ? '0s' : formatDuration(micros));

function amplificationWords({ amplification }: AttemptsRecord): Figure {
  const { value, during, steady, reason } = amplification;
  if (value === null || during === null || steady === null) return none(reason);
  return {
    value: `×${significant(value)}`,
    note: `${significant(steady)} attempts per request before, ${significant(during)} during`,
  };
}

function spacingWords({ spacing }: AttemptsRecord): Figure {
  const { p50Micros, p90Micros, grows, varies, count, reason } = spacing;
  if (p50Micros === null || p90Micros === null) return none(reason);
  const growth = grows === null ? [] : [grows ? 'growing (back-off)' : 'not growing (no back-off)'];
  const jitter = varies === null ? [] : [varies ? 'varying (jitter)' : 'regular (no jitter)'];
  return {
    value: `p50 ${moment(p50Micros)}, p90 ${moment(p90Micros)}`,
    note: [...growth, ...jitter, `${count} pauses`].join(', '),
  };
}

function holdWords({ hold }: AttemptsRecord): Figure {
  const { p50Micros, maxMicros, count, waitingMicros } = hold;
  const waited = waitingMicros > (maxMicros ?? 0) ? `one waited ${moment(waitingMicros)} until the end` : '';
  if (p50Micros === null || maxMicros === null)
    return none(waited === '' ? 'none was given up' : `none was given up; ${waited}`);
  const note = [`${count} given up`, ...(waited === '' ? [] : [waited])].join('; ');
  return { value: `p50 ${moment(p50Micros)}, max ${waited === '' ? '' : '≥ '}${moment(maxMicros)}`, note };
}

function silenceWords({ silence }: AttemptsRecord): Figure {
  const { longestMicros, totalMicros, atLeast, smallestMicros, list, reason } = silence;
  if (longestMicros === null || totalMicros === null) return none(reason);
  if (list.length === 0) return { value: 'none', note: `of ${moment(smallestMicros ?? 0)} or more` };
  const open = atLeast ? ', not over when the fault was' : '';
  return {
    value: `${atLeast ? '≥ ' : ''}${moment(longestMicros)}`,
    note: `the longest; ${moment(totalMicros)} in all${open}`,
  };
}

function probeWords({ silence }: AttemptsRecord): Figure {
  const { longestMicros, list, probes, openForMicros } = silence;
  if (longestMicros === null || list.length === 0) return none(null);
  return {
    value: String(probes),
    note: openForMicros === null ? '' : `open for ${moment(openForMicros)} before each (median)`,
  };
}

/** One row for every fault whose link the embedded proxy watched. */
export const attemptRows = (run: RunRecord) =>
  run.faults.flatMap((fault) => {
    const attempts = fault.observation?.attempts ?? null;
    return attempts === null ? [] : [rowOf(fault, attempts)];
  });

function rowOf(fault: FaultRecord, attempts: AttemptsRecord) {
  return {
    id: occurrenceName(fault),
    link: fault.on,
    partial: !attempts.complete,
    total: attempts.total,
    answered: attempts.answered,
    givenUp: attempts.givenUp,
    serverEnded: attempts.serverEnded,
    cut: attempts.cut,
    refused: attempts.refused === null ? 'not seen' : String(attempts.refused),
    open: attempts.open,
    withoutData: attempts.withoutData,
    life: attempts.connectionLifeMicros === null ? '–' : moment(attempts.connectionLifeMicros.p50),
    amplification: amplificationWords(attempts),
    spacing: spacingWords(attempts),
    hold: holdWords(attempts),
    silence: silenceWords(attempts),
    probes: probeWords(attempts),
  };
}

/** `slow-db on postgres: 120 attempts, ×3 per request, held for at most 300ms, silent for 1s, 2 probes` */
export const attemptLines = (run: RunRecord): string[] =>
  attemptRows(run).map((row) => {
    const parts = [
      `${row.total} attempts`,
      ...(row.amplification.value === '–' ? [] : [`${row.amplification.value} per request`]),
      ...(row.hold.value === '–' ? [] : [`held ${row.hold.value}`]),
      ...(row.spacing.value === '–' ? [] : [`retries after ${row.spacing.value}`]),
      ...(row.silence.value === '–' || row.silence.value === 'none' ? [] : [`silent ${row.silence.value}`]),
      ...(row.probes.value === '–' ? [] : [`${row.probes.value} probes`]),
    ];
    return `${row.id} on ${row.link}: ${parts.join(', ')}`;
  });
