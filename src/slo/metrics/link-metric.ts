// What metrics of a link have in common: `name(<dependency>) [during fault:<id>]`, read from what its proxy saw.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';
import type { FaultRecord } from '../../record/schema.ts';
import type { Operator } from '../expression.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';

interface LinkMetric extends Pick<Metric, 'unit' | 'resolution' | 'tooFew'> {
  readonly name: string;
  /** Of one fault. A reading without a value says why. */
  readonly read: (attempts: AttemptsRecord, operator: Operator | null) => Reading;
}

/** Why a fault that lasted longer is not known as a whole. */
export const onlyTheEnd = 'only its last five minutes are known';

/** Faults on the link, or those of them that were asked for, that took effect. */
function faultsOf(faults: readonly FaultRecord[], link: string, during: readonly string[]): FaultRecord[] {
  return faults.filter(
    (fault) => fault.on === link && (during.length === 0 || during.includes(`fault:${fault.id}`)),
  );
}

function readFault(fault: FaultRecord, read: LinkMetric['read'], operator: Operator | null): Reading {
  const attempts = fault.observation?.attempts ?? null;
  const reading =
    attempts === null
      ? noReading('no proxy told what it saw (a real Toxiproxy, or no fault of a link)')
      : read(attempts, operator);
  const { note } = reading;
  return note === null ? reading : { ...reading, note: `${fault.id}: ${note}` };
}

/**
 * Of its faults the one that is worst for the promise: the largest, for `>` the smallest. One that cannot be read leaves it
 * open, for it might be worse; one that is open about a limit does so unless the worst breaks it for certain.
 */
function worstOf(readings: readonly Reading[], operator: Operator | null): Reading {
  const open = readings.find((reading) => reading.value === null);
  if (open !== undefined) return open;
  const sign = operator?.startsWith('>') === true ? -1 : 1;
  const weight = ({ value }: Reading): number => sign * (value ?? 0);
  const worst = readings.reduce((most, reading) => (weight(reading) > weight(most) ? reading : most));
  return {
    ...worst,
    undecided: (limit) => {
      const own = worst.undecided?.(limit) ?? null;
      if (own === null && weight(worst) > sign * limit) return null;
      const doubts = readings.map((reading) => reading.undecided?.(limit) ?? null);
      return doubts.find((reason) => reason !== null) ?? null;
    },
  };
}

export const linkMetric = ({ name, unit, resolution, tooFew, read }: LinkMetric) =>
  ({
    name,
    pattern: new RegExp(`^${name}$`),
    unit,
    better: 'lower',
    scale: 'log',
    subject: 'link',
    argument: 'none',
    resolution,
    tolerance: () => 0.1,
    tooFew,
    allowance: () => null,
    compute: (measure, { data, operator }) => {
      const link = measure.subject ?? '';
      const asked = faultsOf(data.run.faults, link, measure.during);
      const injected = asked.filter((fault) => fault.effectAtMicros !== null);
      if (asked.length === 0) return noReading(`the run had no fault on \`${link}\``);
      if (injected.length === 0)
        return { ...noReading(`no fault on \`${link}\` was injected`), nothingToJudge: true };
      return worstOf(
        injected.map((fault) => readFault(fault, read, operator)),
        operator,
      );
    },
  }) as const satisfies Metric;
