// What metrics of a link have in common: `name(<dependency>) [during fault:<id>]`, read from what its proxy saw.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';
import type { FaultRecord } from '../../record/schema.ts';
import type { Operator } from '../expression.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';
import { worstOf } from './worst-of.ts';

interface LinkMetric extends Pick<Metric, 'unit' | 'resolution' | 'tooFew'> {
  readonly name: string;
  /** Default: less is better. null: what is promised about it says which. */
  readonly better?: null;
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

export const linkMetric = ({ name, unit, better, resolution, tooFew, read }: LinkMetric) =>
  ({
    name,
    pattern: new RegExp(`^${name}$`),
    unit,
    better: better === null ? null : 'lower',
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
        (samples) => tooFew(measure, samples, null),
      );
    },
  }) as const satisfies Metric;
