// Refuses to compare what is not comparable: every difference that would be mistaken for an effect, by name.

import { canonicalJson } from '../kernel/json.ts';
import type { RunRecord } from '../record/schema.ts';
import type { ComparedPair } from './pair-values.ts';

type Compared = Pick<RunRecord, 'scenario' | 'target' | 'load' | 'environment'>;

interface Trait {
  readonly what: string;
  readonly of: (run: Compared) => string;
}

/** What must be the same in all runs of a comparison. */
const shared: readonly Trait[] = [
  { what: 'scenario', of: (run) => run.scenario.hash },
  { what: 'target', of: (run) => run.target.name },
  { what: 'load', of: (run) => canonicalJson(run.load.entries) },
  { what: 'warm-up', of: (run) => `${run.load.warmupMicros} µs` },
  { what: 'machine', of: (run) => run.environment.fingerprint },
  { what: 'precedence', of: (run) => run.environment.precedence },
  { what: 'threads', of: (run) => `${run.environment.threads}` },
  { what: 'fault proxy', of: (run) => run.environment.proxy },
  { what: 'Mettle version', of: (run) => run.environment.mettle },
];

/**
 * What must be the same besides in runs that follow each other. The sides of a comparison may differ in it on purpose; of
 * earlier runs nobody said so.
 */
const following: readonly { readonly what: string; readonly of: (run: Compared) => string | undefined }[] = [
  { what: 'server', of: (run) => run.target.server },
  { what: 'target settings', of: (run) => run.target.settings },
];

/** What must be the same in a run and earlier ones, by name: equal traits mean comparable runs. */
export const traitsOf = (run: Compared): Record<string, string> =>
  Object.fromEntries(
    [...shared, ...following].flatMap(({ what, of }) => {
      const value = of(run);
      return value === undefined ? [] : [[what, value]];
    }),
  );

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 12)}…` : text);

/** One sentence for each way in which the runs differ; empty when they may be compared. */
export function incomparable(pairs: readonly ComparedPair[]): string[] {
  const runs = pairs.flatMap(({ before, after }) => [before.run, after.run]);
  const first = runs[0];
  if (first === undefined) return [];
  const differences = shared.flatMap(({ what, of }) => {
    const other = runs.find((run) => of(run) !== of(first));
    return other === undefined
      ? []
      : [`another ${what}: ${shorten(of(first))} (${first.id}) and ${shorten(of(other))} (${other.id})`];
  });
  const unpaired = pairs.find(({ before, after }) => before.run.seed !== after.run.seed);
  if (unpaired === undefined) return differences;
  const { before, after } = unpaired;
  return [...differences, `another seed in pair ${unpaired.pair}: ${before.run.seed} and ${after.run.seed}`];
}

/** The first way in which a run differs from an earlier one that would be mistaken for an effect; null: they may be compared. */
export function differenceBetween(
  run: RunRecord,
  other: Pick<RunRecord, 'id' | 'scenario' | 'target' | 'load' | 'environment'>,
): string | null {
  const different = [...shared, ...following].find(({ of }) => of(run) !== of(other));
  if (different === undefined) return null;
  const said = (one: Compared): string => shorten(different.of(one) ?? 'not said');
  return `another ${different.what}: ${said(run)} (${run.id}) and ${said(other)} (${other.id})`;
}
