// From a scenario and a started variant to the load that its threads offer.

import type { RunRecord } from '../record/schema.ts';
import type { LoadEntry, Scenario } from '../scenario/scenario.ts';
import type { StartedVariant } from '../system/system.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { LoadPlan } from './load-plan.ts';

export function loadPlanOf(
  scenario: Scenario,
  target: TargetSpec,
  started: StartedVariant,
  seed: number,
  tightestPromiseMicros: number | null,
): LoadPlan {
  const env = declaredSecrets(target);
  return {
    seed,
    addresses: { http: started.http ?? undefined, ws: started.ws ?? undefined, clients: started.clients },
    flows: scenario.flows,
    load: scenario.load,
    data: scenario.data,
    env,
    secrets: Object.values(env),
    warmupMicros: scenario.warmupMicros,
    gracefulStopMicros: scenario.gracefulStopMicros,
    durationMicros: scenario.durationMicros,
    tightestPromiseMicros,
  };
}

/** Only what the target file declares may be read by templates. */
function declaredSecrets(target: TargetSpec): Record<string, string> {
  return Object.fromEntries(
    target.secrets.flatMap((name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function loadEntryRecord(entry: LoadEntry): RunRecord['load']['entries'][number] {
  if (entry.model === 'users') {
    const stages = entry.stages.map((stage) => ({
      from: stage.fromUsers,
      to: stage.toUsers,
      forMicros: stage.forMicros,
      spacing: null,
    }));
    return { flow: entry.flow, model: entry.model, stages, maxInFlight: null, onLimit: null };
  }
  const stages = entry.stages.map((stage) => ({
    from: stage.fromPerSecond,
    to: stage.toPerSecond,
    forMicros: stage.forMicros,
    spacing: stage.spacing,
  }));
  return {
    flow: entry.flow,
    model: entry.model,
    stages,
    maxInFlight: entry.maxInFlight,
    onLimit: entry.onLimit,
  };
}
