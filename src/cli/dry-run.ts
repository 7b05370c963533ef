// --dry-run: the load, every injection with its undo, and what would be started. Nothing is.

import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { formatDuration, formatRate } from '../kernel/units.ts';
import { faultParameters } from '../faults/registry.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { LoadEntry, ScheduledFault } from '../scenario/scenario.ts';
import type { Output } from './output.ts';

export function printDryRun(output: Output, loaded: LoadedScenario, variants: readonly string[]): ExitCode {
  const { scenario, target } = loaded;
  const plan = {
    scenario: scenario.name,
    target: target.name,
    variants,
    starts: variants.flatMap((name) => {
      const variant = target.variants[name];
      return variant?.kind === 'process' ? [variant.start] : [];
    }),
    load: scenario.load.map(describeLoad),
    injections: scenario.chaos.map(describeFault),
    promises: scenario.slo.map((promise) => promise.assert),
  };
  output.document(plan);
  output.result(`${plan.scenario}: ${plan.target} (${variants.join(', ')})`);
  for (const line of plan.starts) output.result(`  would start: ${line}`);
  for (const line of plan.load) output.result(`  would offer: ${line}`);
  for (const line of plan.injections) output.result(`  would ${line.inject}; undo: ${line.undo}`);
  for (const line of plan.promises) output.result(`  would check: ${line}`);
  return exitCodes.ok;
}

function describeLoad(entry: LoadEntry): string {
  const flows = entry.flows.join(' or ');
  if (entry.model === 'saturate') {
    return `${flows}: ${entry.connections} connections without a pause for ${formatDuration(entry.forMicros)}`;
  }
  const stages =
    entry.model === 'arrivals'
      ? entry.stages.map(
          (stage) =>
            `${formatRate(stage.fromPerSecond)} to ${formatRate(stage.toPerSecond)} for ${formatDuration(stage.forMicros)}`,
        )
      : entry.stages.map(
          (stage) => `${stage.fromUsers} to ${stage.toUsers} users for ${formatDuration(stage.forMicros)}`,
        );
  return `${flows}: ${stages.join(', then ')}`;
}

function describeFault(fault: ScheduledFault): { inject: string; undo: string } {
  const parameters = Object.entries(faultParameters(fault.fault)).map(([key, value]) => `${key} ${value}`);
  const what = [fault.fault.kind, ...parameters].join(', ');
  return {
    inject: `inject ${fault.id} at ${formatDuration(fault.atMicros)} for ${formatDuration(fault.forMicros)}: ${what} on ${fault.on}`,
    undo: `remove it from the proxy of ${fault.on} and read that back`,
  };
}
