// What became of a WebSocket step, and the sample that says so.

import type { Sample } from '../measure/outcome.ts';
import type { ExampleMaker } from './examples.ts';
import type { OpeningTimes } from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import type { WsPlan } from './ws-step-plan.ts';

/** What became of a step, before it is a sample. */
export interface Outcome {
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  readonly failure: Failure | null;
  readonly censored?: boolean;
  readonly status?: string | undefined;
  readonly bytes?: number;
  /** A complete answer arrived, good or not; by default a good one, or a refusal with a status. */
  readonly answered?: boolean;
  /** Of a connection that this step opened. */
  readonly times?: OpeningTimes | undefined;
}

export function sampleOf(
  plan: WsPlan,
  dueAtMicros: number | null,
  outcome: Outcome,
  examples: ExampleMaker,
): Sample {
  const { failure, status, times } = outcome;
  const example =
    failure === null
      ? undefined
      : examples(plan.name, failure.error, () => `${plan.action} ${plan.socket}: ${failure.detail}`);
  return {
    series: plan.name,
    dueAtMicros,
    startedAtMicros: outcome.startedAtMicros,
    endedAtMicros: outcome.endedAtMicros,
    error: failure?.error ?? null,
    answered: outcome.answered ?? (failure === null || failure.error === 'status'),
    bytes: outcome.bytes ?? 0,
    ...(status !== undefined && { status }),
    ...(times !== undefined && { connectMicros: times.connectMicros }),
    ...(times?.dnsMicros !== undefined && { dnsMicros: times.dnsMicros }),
    ...(times?.tlsMicros !== undefined && { tlsMicros: times.tlsMicros }),
    ...(outcome.censored === true && { censored: true }),
    ...(failure?.code !== undefined && { code: failure.code }),
    ...(example !== undefined && { example }),
  };
}
