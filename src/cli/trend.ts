// mettle trend: where the history of a metric changed, and when it meets its limit.

import { type Command, InvalidArgumentError } from 'commander';
import type { TrendLimit } from '../compare/trend-meeting.ts';
import type { ExitCode } from '../kernel/errors.ts';
import { oneLine } from '../run/known-history.ts';
import { makeTrend } from '../run/trend.ts';
import { loadSuppressions } from '../scenario/suppressions.ts';
import type { SyntaxProblem } from '../slo/expression.ts';
import { parseMeasure, parsePromise } from '../slo/parse.ts';
import { printMeasure } from '../slo/print.ts';
import { commandLine } from './command-line.ts';
import { outputOf, seedNumber } from './options.ts';
import type { Output } from './output.ts';
import { printTrend } from './print-trend.ts';

interface TrendFlags {
  readonly metric?: readonly string[];
  readonly limit?: readonly TrendLimit[];
  readonly horizon: number;
  readonly suppressions?: string;
  readonly scenario?: string;
  readonly variant?: string;
  readonly branch?: string;
  readonly seed: number;
  readonly out: string;
}

const defaultHorizonDays = 90;
const mostHorizonDays = 3_650;

export function trendCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('trend')
    .summary('the history of a metric: change points, forecast to its limit')
    .description(
      'Looks through stored runs of each scenario, target and variant: where a metric changed for good and between which commits, whether a regression still stands, and when the metric meets a limit.',
    )
    .argument('<records...>', 'history folders, folders of run records, or runs')
    .option('--metric <metric>', 'what decides instead of the primary metric; repeatable', metricOption)
    .option(
      '--limit <promise>',
      'forecast when it breaks, e.g. "p95(query) < 800ms"; repeatable',
      limitOption,
    )
    .option(
      '--horizon <days>',
      'how far a forecast looks, e.g. 90d or 12w',
      horizonOption,
      defaultHorizonDays,
    )
    .option('--suppressions <file>', 'changes that are accepted, with size, reason and expiry')
    .option('--scenario <name>', 'only runs of the scenario of this name')
    .option('--variant <name>', 'only runs of this variant')
    .option('--branch <name>', 'only runs of commits on this branch')
    .option('--seed <n>', 'of the permutation tests', seedNumber, 1)
    .option('--out <dir>', 'folder for the report', 'reports')
    .action(async (records: readonly string[], flags: TrendFlags) => {
      finish(await trendOf(records, flags, outputOf(command)));
    });
}

async function trendOf(paths: readonly string[], flags: TrendFlags, output: Output): Promise<ExitCode> {
  const { metric = [], limit = [], suppressions, horizon, seed, out, scenario, variant, branch } = flags;
  const { trend, reportPath } = await makeTrend({
    ...{ paths, out, seed, scenario, variant, branch, horizonDays: horizon, metrics: [...new Set(metric)] },
    limits: limit,
    suppressions: suppressions === undefined ? [] : await loadSuppressions(suppressions),
    command: commandLine(),
    progress: (line) => {
      output.progress(oneLine(line));
    },
  });
  printTrend(output, trend, reportPath);
  return trend.verdict.exitCode as ExitCode;
}

function refusal(text: string, { message, offset, suggestion }: SyntaxProblem): InvalidArgumentError {
  const meant = suggestion === null ? '' : ` — ${suggestion}`;
  return new InvalidArgumentError(`"${text}", character ${offset + 1}: ${message}${meant}`);
}

function metricOption(text: string, held: readonly string[] = []): readonly string[] {
  const parsed = parseMeasure(text);
  if (!parsed.ok) throw refusal(text, parsed.problem);
  return [...held, printMeasure(parsed.value)];
}

function limitOption(text: string, held: readonly TrendLimit[] = []): readonly TrendLimit[] {
  const parsed = parsePromise(text);
  if (!parsed.ok) throw refusal(text, parsed.problem);
  const { measure, operator, limit, windowMicros } = parsed.value;
  if (typeof limit !== 'number')
    throw new InvalidArgumentError(`"${text}" is relative to other runs: a forecast needs a fixed limit.`);
  if (windowMicros !== undefined)
    throw new InvalidArgumentError(
      `"${text}" has a window: a trend is made of whole runs, leave out \`over\`.`,
    );
  return [...held, { text, metric: printMeasure(measure), operator, value: limit }];
}

function horizonOption(text: string): number {
  const [, count, unit] = /^(\d{1,5})(d|w)$/.exec(text.trim()) ?? [];
  const days = Number(count) * (unit === 'w' ? 7 : 1);
  if (count === undefined || days < 1 || days > mostHorizonDays)
    throw new InvalidArgumentError(
      `"${text}" is no number of days such as 90d or 12w, up to ${mostHorizonDays}d.`,
    );
  return days;
}
