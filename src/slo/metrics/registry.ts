// Every metric Mettle can judge. A new one is a file beside this and a line in this list.

import { achieved } from './achieved.ts';
import { apdex } from './apdex.ts';
import { attempts } from './attempts.ts';
import { availability } from './availability.ts';
import { deficit } from './deficit.ts';
import { detection } from './detection.ts';
import { dropped } from './dropped.ts';
import { errorRate } from './error-rate.ts';
import { hold } from './hold.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import type { Metric } from './metric.ts';
import { peakErrorRate } from './peak-error-rate.ts';
import { percentile } from './percentile.ts';
import { probes } from './probes.ts';
import { recovery } from './recovery.ts';
import { retryAmplification } from './retry-amplification.ts';
import { silence } from './silence.ts';
import { throughput } from './throughput.ts';

export const metrics = [
  percentile,
  mean,
  max,
  errorRate,
  availability,
  achieved,
  dropped,
  throughput,
  apdex,
  recovery,
  detection,
  deficit,
  peakErrorRate,
  retryAmplification,
  attempts,
  hold,
  silence,
  probes,
] as const satisfies readonly Metric[];

/** The metric that a name such as `p95` or `error_rate` means. */
export function metricNamed(name: string): Metric | undefined {
  return metrics.find((metric) => metric.pattern.test(name));
}
