// --dry-run: the load, every injection with its undo, and what would be started. Nothing is.

import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { formatDuration, formatRate, formatShare } from '../kernel/units.ts';
import { faultParameters, undoInWords } from '../faults/registry.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Flow, LoadEntry, RateStage, ScheduledFault, UserStage } from '../scenario/scenario.ts';
import { threadsOf } from '../run/thread-count.ts';
import type { Output } from './output.ts';

export function printDryRun(
  output: Output,
  loaded: LoadedScenario,
  variants: readonly string[],
  threads: number | undefined,
): ExitCode {
  const { scenario, target } = loaded;
  const plan = {
    scenario: scenario.name,
    target: target.name,
    variants,
    starts: variants.flatMap((name) => {
      const variant = target.variants[name];
      return variant?.kind === 'process' ? [variant.start] : [];
    }),
    load: scenario.load.map((entry) => describeLoad(entry, scenario.flows)),
    threads: threadsOf(scenario, threads, output.progress),
    injections: scenario.chaos.map(describeFault),
    promises: scenario.slo.map((promise) => promise.assert),
  };
  output.document(plan);
  output.result(`${plan.scenario}: ${plan.target} (${variants.join(', ')})`);
  for (const line of plan.starts) output.result(`  would start: ${line}`);
  for (const line of plan.load) output.result(`  would offer: ${line}`);
  output.result(`  would use: ${plan.threads} load ${plan.threads === 1 ? 'thread' : 'threads'}`);
  for (const line of plan.injections) output.result(`  would ${line.inject}; undo: ${line.undo}`);
  for (const line of plan.promises) output.result(`  would check: ${line}`);
  return exitCodes.ok;
}

/** `ask (75 %) or watch (25 %): 5/s to 40/s for 30s, then 40/s for 1m, at most 500 in flight, the rest dropped; from 10s on` */
function describeLoad(entry: LoadEntry, flows: Readonly<Record<string, Flow>>): string {
  const delay = entry.delayMicros === 0 ? '' : `; from ${formatDuration(entry.delayMicros)} on`;
  return `${flowShares(entry.flows, flows)}: ${describeModel(entry)}${delay}`;
}

function flowShares(names: readonly string[], flows: Readonly<Record<string, Flow>>): string {
  if (names.length === 1) return names.join('');
  const weights = names.map((name) => flows[name]?.weight ?? 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return names.map((name, index) => `${name} (${formatShare((weights[index] ?? 0) / sum)})`).join(' or ');
}

function describeModel(entry: LoadEntry): string {
  switch (entry.model) {
    case 'saturate':
      return `${entry.connections} connections without a pause for ${formatDuration(entry.forMicros)}`;
    case 'arrivals': {
      const rest = entry.onLimit === 'drop' ? 'the rest dropped' : 'the rest queued';
      return `${entry.stages.map(describeRate).join(', then ')}, at most ${entry.maxInFlight} in flight, ${rest}`;
    }
    case 'users': {
      const pace = entry.everyMicros === null ? '' : `, each every ${formatDuration(entry.everyMicros)}`;
      const { iterations } = entry;
      const scope = iterations?.per === 'user' ? 'per user' : 'in total';
      const limit = iterations === null ? '' : `, at most ${iterations.count} iterations ${scope}`;
      return `${entry.stages.map(describeUsers).join(', then ')}${pace}${limit}`;
    }
  }
}

function describeRate({ fromPerSecond, toPerSecond, forMicros, spacing }: RateStage): string {
  const rate = level(formatRate(fromPerSecond), formatRate(toPerSecond));
  return `${rate} for ${formatDuration(forMicros)}${spacing === 'poisson' ? ' at random (Poisson)' : ''}`;
}

const describeUsers = ({ fromUsers, toUsers, forMicros }: UserStage): string =>
  `${level(String(fromUsers), String(toUsers))} users for ${formatDuration(forMicros)}`;

const level = (from: string, to: string): string => (from === to ? to : `${from} to ${to}`);

function describeFault(fault: ScheduledFault): { inject: string; undo: string } {
  const parameters = Object.entries(faultParameters(fault.fault, fault.on)).map(
    ([key, value]) => `${key} ${value}`,
  );
  const what = [fault.fault.kind, ...parameters].join(', ');
  return {
    inject: `inject ${fault.id} at ${formatDuration(fault.atMicros)} for ${formatDuration(fault.forMicros)}: ${what} on ${fault.on}`,
    undo: undoInWords(fault.fault, fault.on),
  };
}
