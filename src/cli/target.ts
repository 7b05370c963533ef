// mettle target list / start: what is in reach, and one of them kept up by hand.

import { join } from 'node:path';
import type { Command } from 'commander';
import { onStage, type Stage, startOnStage } from '../run/stage.ts';
import { loadTarget } from '../scenario/load-target.ts';
import { listTargets } from '../system/find-targets.ts';
import type { StartedVariant } from '../system/system.ts';
import { createTempFolder } from '../system/temp-folder.ts';
import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { commandLine } from './command-line.ts';
import { interruptible, untilAborted } from './interrupt.ts';
import { outputOf } from './options.ts';
import type { Output } from './output.ts';
import { onlyVariant } from './variant.ts';

export function targetCommand(program: Command, finish: (code: number) => void): void {
  const target = program.command('target').summary('the targets in reach; start one and keep it up');
  const list = target
    .command('list')
    .summary('the targets in reach')
    .action(async () => {
      const output = outputOf(list);
      const found = await listTargets();
      output.document(found);
      for (const entry of found) {
        const spec = await loadTarget(entry.file);
        output.result(`${spec.name}  ${Object.keys(spec.variants).join(', ')}  ${entry.file}`);
      }
      if (found.length === 0) output.result('none: a target is a folder targets/<name> with a target.yml');
    });
  const start = target
    .command('start')
    .summary('start a target with its dependencies and keep it up until Ctrl-C')
    .argument('<target>', 'name or path')
    .option('--variant <name>', 'which variant')
    .action(async (name: string, flags: { variant?: string }) => {
      const output = outputOf(start);
      finish(await keepUp(name, flags.variant ?? null, output));
    });
}

/** Exit code 1 when it ended by itself. */
async function keepUp(name: string, asked: string | null, output: Output): Promise<ExitCode> {
  const target = await loadTarget(name);
  const variant = onlyVariant(asked, target);
  const { progress } = output;
  const options = {
    linked: new Set<string>(),
    seed: 1,
    target,
    variants: [variant],
    command: commandLine(),
    toxiproxyUrl: undefined,
    extraEnv: {},
    progress,
  };
  return await interruptible(progress, (signal) =>
    onStage({ ...options, signal }, (stage) => stayUp(stage, target.name, variant, output, signal)),
  );
}

async function stayUp(
  stage: Stage,
  target: string,
  variant: string,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const folder = await createTempFolder('target', stage.journal);
  try {
    const started = await startOnStage(stage, variant, join(folder.path, 'target.log'), signal);
    sayUp(target, variant, started, output);
    const ended = await Promise.race([started.died, untilAborted(signal)]);
    if (ended !== undefined) output.result(ended);
    await started.stop();
    return ended === undefined ? exitCodes.ok : exitCodes.failed;
  } finally {
    await folder.remove();
  }
}

function sayUp(target: string, variant: string, started: StartedVariant, output: Output): void {
  const { http, ws, clients } = started;
  output.document({ target, variant, http, ws, clients });
  output.result(`${target} (${variant}) is up`);
  for (const [what, url] of [['http', http] as const, ['ws', ws] as const, ...Object.entries(clients)]) {
    if (url !== null) output.result(`  ${what}  ${url}`);
  }
  output.result('Ctrl-C stops it.');
}
