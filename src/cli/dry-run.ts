// --dry-run: the load, every injection with its undo, and what would be started. Nothing is.

import { resolve } from 'node:path';
import { stateFolderPath } from '../faults/state-folder.ts';
import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { formatDuration, formatRate, formatShare } from '../kernel/units.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Flow, LoadEntry, RateStage, UserStage } from '../scenario/scenario.ts';
import { guardRun } from '../run/guard-run.ts';
import { refuseKillFile } from '../run/kill-file.ts';
import { threadsOf } from '../run/thread-count.ts';
import { type DescribedInjection, describeInjections, describeStops, undoers } from './dry-run-faults.ts';
import type { ProgramFlags } from './options.ts';
import type { Output } from './output.ts';

export interface DryRunOptions {
  readonly variants: readonly string[];
  readonly flags: Pick<
    ProgramFlags,
    'threads' | 'seed' | 'toxiproxy' | 'allowProduction' | 'allowExec' | 'killFile'
  >;
  /** What the command would do with such runs; lines after the load. */
  readonly more?: readonly string[];
  /** Refuses what the run would refuse. */
  readonly guard?: typeof guardRun;
}

/** Throws what the run would throw before it starts anything (exit code 2). */
export async function printDryRun(
  output: Output,
  loaded: LoadedScenario,
  { variants, flags, more = [], guard = guardRun }: DryRunOptions,
): Promise<ExitCode> {
  const { scenario, target } = loaded;
  const { threads, toxiproxy, allowProduction = false, allowExec = false, seed, killFile } = flags;
  const threadCount = threadsOf(scenario, threads, output.progress);
  if (killFile !== undefined) await refuseKillFile(resolve(killFile));
  const toxiproxyUrl = toxiproxy ?? process.env['TOXIPROXY_URL'];
  await guard(scenario, target, variants, {
    ...{ toxiproxyUrl, allowProduction, allowExec },
    ...(seed === undefined ? {} : { seed }),
  });
  const plan = {
    scenario: scenario.name,
    target: target.name,
    variants,
    starts: variants.flatMap((name) => {
      const variant = target.variants[name];
      return variant?.kind === 'process' ? [variant.start] : [];
    }),
    load: scenario.load.map((entry) => describeLoad(entry, scenario.flows)),
    threads: threadCount,
    more,
    injections: describeInjections(scenario),
    promises: scenario.slo.map((promise) => promise.assert),
    stops: describeStops(scenario.slo),
    killFile: killFile === undefined ? null : resolve(killFile),
  };
  output.document(plan);
  for (const line of linesOf(plan)) output.result(line);
  return exitCodes.ok;
}

interface Plan {
  readonly scenario: string;
  readonly target: string;
  readonly variants: readonly string[];
  readonly starts: readonly string[];
  readonly load: readonly string[];
  readonly threads: number;
  readonly more: readonly string[];
  readonly injections: readonly DescribedInjection[];
  readonly promises: readonly string[];
  readonly stops: readonly string[];
  readonly killFile: string | null;
}

function linesOf(plan: Plan): string[] {
  const { injections } = plan;
  const own = `one of its own in ${stateFolderPath()}, named at the start`;
  return [
    `${plan.scenario}: ${plan.target} (${plan.variants.join(', ')})`,
    ...plan.starts.map((line) => `  would start: ${line}`),
    ...plan.load.map((line) => `  would offer: ${line}`),
    `  would use: ${plan.threads} load ${plan.threads === 1 ? 'thread' : 'threads'}`,
    ...plan.more.map((line) => `  ${line}`),
    ...injections.map(
      ({ inject, undo, timeToLive }) => `  would ${inject}; undo: ${undo} (time to live ${timeToLive})`,
    ),
    ...(injections.length === 0 ? [] : undoers.map((line) => `  would undo them: ${line}`)),
    ...plan.promises.map((line) => `  would check: ${line}`),
    ...plan.stops.map((line) => `  would stop when: ${line}`),
    `  would stop when this file appears: ${plan.killFile ?? own}`,
  ];
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
