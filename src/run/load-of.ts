// From a scenario and a started variant to the load that its threads offer.

import type { RunRecord } from '../record/schema.ts';
import type { LoadEntry, Scenario } from '../scenario/scenario.ts';
import type { StartedVariant } from '../system/system.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { LoadPlan } from './load-plan.ts';
import { watchesInFlight } from './run-watch.ts';

export function loadPlanOf(
  scenario: Scenario,
  target: TargetSpec,
  started: StartedVariant,
  { pins, seed, tightestPromiseMicros }: Pick<LoadPlan, 'pins' | 'seed' | 'tightestPromiseMicros'>,
): LoadPlan {
  const env = declaredSecrets(target);
  return {
    seed,
    addresses: { http: started.http ?? undefined, ws: started.ws ?? undefined, clients: started.clients },
    flows: scenario.flows,
    http: scenario.http,
    tls: scenario.tls,
    files: Object.fromEntries(Object.entries(scenario.files).map(([written, { path }]) => [written, path])),
    allow: target.allow,
    pins,
    load: scenario.load,
    data: scenario.data,
    env,
    secrets: Object.values(env),
    warmupMicros: scenario.warmupMicros,
    gracefulStopMicros: scenario.gracefulStopMicros,
    durationMicros: scenario.durationMicros,
    tightestPromiseMicros,
    watchesInFlight: watchesInFlight(scenario),
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
  const common = {
    flows: [...entry.flows],
    model: entry.model,
    delayMicros: entry.delayMicros,
    maxInFlight: null,
    onLimit: null,
    everyMicros: null,
    iterations: null,
  };
  if (entry.model === 'saturate') {
    const { connections, forMicros } = entry;
    return { ...common, stages: [{ from: connections, to: connections, forMicros, spacing: null }] };
  }
  if (entry.model === 'users') {
    const stages = entry.stages.map((stage) => ({
      from: stage.fromUsers,
      to: stage.toUsers,
      forMicros: stage.forMicros,
      spacing: null,
    }));
    const { everyMicros, iterations } = entry;
    return { ...common, stages, everyMicros, iterations };
  }
  const stages = entry.stages.map((stage) => ({
    from: stage.fromPerSecond,
    to: stage.toPerSecond,
    forMicros: stage.forMicros,
    spacing: stage.spacing,
  }));
  return { ...common, stages, maxInFlight: entry.maxInFlight, onLimit: entry.onLimit };
}
