// One variant against itself: the noise floor of this machine for a scenario, measured, written down and kept.

import { dirname } from 'node:path';
import { traitsOf } from '../compare/comparable.ts';
import { fixedDesign, levelsOf } from '../compare/design.ts';
import { noiseOf } from '../compare/noise.ts';
import type { Comparison } from '../compare/schema.ts';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import type { Noise } from '../record/noise-schema.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { verdictFirst } from './end-first.ts';
import { keepComparison } from './keep-comparison.ts';
import { keepNoise, storedNoise } from './known-noise.ts';
import { writeNoiseReport } from './noise-report.ts';
import type { ProgramOptions } from './run-scenario.ts';
import { type VerifyOptions, verifyScenario } from './verify-scenario.ts';

export interface NoiseRequest extends ProgramOptions, Pick<VerifyOptions, 'coolDownMicros' | 'variantFlags'> {
  readonly variant: string;
  /** At least 6. */
  readonly pairs: number;
}

export interface MeasuredNoise {
  /** Null when the runs say nothing: interrupted, or invalid. */
  readonly noise: Noise | null;
  readonly comparison: Comparison;
  readonly reportPath: string;
  /** Why there is none, or why it is not kept for later comparisons. */
  readonly reasons: readonly string[];
  readonly exitCode: ExitCode;
}

const itself =
  'both sides are the same variant (`mettle aa`): improved or regressed is a false alarm, and no claim is judged';

/** Throws what `verifyScenario` throws, and NOTHING_TO_MEASURE. `runPairs`: a test puts another in its place. */
export async function measureNoise(
  loaded: LoadedScenario,
  request: NoiseRequest,
  runPairs: typeof verifyScenario = verifyScenario,
): Promise<MeasuredNoise> {
  const { scenario } = loaded;
  refuseNothing(scenario);
  const { variant, pairs, ...options } = request;
  const verified = await runPairs(
    { ...loaded, scenario: { ...scenario, claims: [] } },
    {
      ...options,
      variants: { before: variant, after: variant },
      design: fixedDesign(pairs),
      // As in a verification they stand on their own: their false alarms are those that count there.
      claimed: scenario.claims.map(({ metric }) => metric),
    },
  );
  const comparison = { ...verified.comparison, notes: [itself, ...verified.comparison.notes] };
  const folder = dirname(verified.reportPath);
  const reportPath = await keepComparison(folder, comparison).catch((why: unknown) => {
    // That it cannot be written once more must not hide what it ended in.
    throw verdictFirst(comparison.verdict, why);
  });
  const told = { comparison, reportPath };
  const { exitCode, reasons } = comparison.verdict;
  const first = verified.pairs[0]?.before.run;
  if (exitCode === exitCodes.undoFailed || exitCode === exitCodes.interrupted)
    return { ...told, noise: null, reasons, exitCode };
  const complete = verified.pairs.length;
  // Of pairs that ended at a run that could not count nobody knows what the rest would have shown.
  if (first === undefined || complete < pairs) {
    const few = `${complete} of ${pairs} pairs are complete`;
    return { ...told, noise: null, reasons: [few, ...reasons], exitCode: exitCodes.invalid };
  }
  const noise = noiseOf(comparison, verified.pairs, {
    traits: traitsOf(first),
    levels: levelsOf(fixedDesign(pairs)),
    promises: scenario.slo,
    earlier: await storedNoise(first, request.progress),
  });
  const invalid = unmeasured(noise, comparison);
  if (invalid !== null) return { ...told, noise: null, reasons: invalid, exitCode: exitCodes.invalid };
  await writeNoiseReport(folder, noise, comparison);
  const notKept = await keepNoise(noise);
  // As for a history: what was measured is told, and that it will not be known later is a failure.
  return notKept === null
    ? { ...told, noise, reasons: [], exitCode: exitCodes.ok }
    : { ...told, noise, reasons: [notKept], exitCode: exitCodes.invalid };
}

function refuseNothing({ primary, slo, claims }: Scenario): void {
  if (primary !== null || slo.length > 0 || claims.length > 0) return;
  throw new MettleError({
    code: 'NOTHING_TO_MEASURE',
    message:
      'the scenario has no primary metric, no promise and no claim: there is no metric to measure the noise of',
    hint: 'Add e.g. `primary: p95(query)`.',
  });
}

/** Why these runs say nothing about noise; null: they do. A metric that merely informs may be missing. */
function unmeasured(noise: Noise, comparison: Comparison): readonly string[] | null {
  const primary = comparison.metrics.find((metric) => metric.primary);
  if (primary !== undefined)
    return primary.outcome === 'invalid' ? [`${primary.metric} (primary): ${primary.reason}`] : null;
  if (noise.metrics.some(({ outcome }) => outcome !== 'invalid')) return null;
  return comparison.metrics.length > 0
    ? comparison.metrics.map(({ metric, reason }) => `${metric}: ${reason}`)
    : ['not one metric could be judged'];
}
