// The share that an objective of OpenSLO asks for, of everything or in time slices of which none may be bad.

import { percentText, restOf, secondsOf, shareOfPercent } from './openslo-numbers.ts';
import type { Objective, OpenSlo } from './openslo-schema.ts';
import { below, refuse, type Spot } from './openslo-words.ts';

export interface Asked {
  /** Of the measurements, or of those in each slice. */
  readonly share: number;
  readonly spot: Spot;
  readonly windowSeconds: number | null;
  readonly isSliced: boolean;
}

/** Only where no slice may be bad is there a promise that says the same. Throws Refusal. */
export function askedBy(
  objective: Objective,
  at: Spot,
  { spec, spot }: { spec: OpenSlo['spec']; spot: Spot },
): Asked {
  const { target, targetPercent = 0, timeSliceTarget, timeSliceWindow } = objective;
  const share = target ?? shareOfPercent(targetPercent);
  const where = below(at, target === undefined ? 'targetPercent' : 'target');
  const { budgetingMethod = 'Occurrences', timeWindow } = spec;
  if (budgetingMethod === 'Occurrences') return { share, spot: where, windowSeconds: null, isSliced: false };
  const method = below(spot, 'spec', 'budgetingMethod');
  if (budgetingMethod === 'RatioTimeslices')
    return refuse(method, 'a mean over time slices cannot be promised', 'use Occurrences, or Timeslices');
  const whole = secondsOf(timeWindow?.[0]?.duration ?? '');
  const slice = secondsOf(timeSliceWindow ?? '');
  if (whole === undefined) return refuse(method, 'Timeslices need a `timeWindow` with a duration such as 1h');
  if (slice === undefined || timeSliceTarget === undefined)
    return refuse(at, 'Timeslices need `timeSliceTarget` and `timeSliceWindow`, e.g. 1m');
  const slices = Math.max(1, Math.ceil(whole / slice));
  if (restOf(share) * slices >= 1 - 1e-9) {
    const message = `${percentText(share)} of ${slices} time slices: a share of slices cannot be promised`;
    return refuse(where, message, 'use Occurrences, or a target that allows no bad slice');
  }
  const sliced = { share: timeSliceTarget, spot: below(at, 'timeSliceTarget'), isSliced: true };
  return { ...sliced, windowSeconds: slices === 1 ? null : slice };
}
