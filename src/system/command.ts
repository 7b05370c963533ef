// Running a target file's command lines: kept running (`start`), or to their end (`prepare`).

import { setTimeout as wait } from 'node:timers/promises';
import { MettleError } from '../kernel/errors.ts';
import type { Tracker } from '../kernel/ports.ts';
import { formatDuration, millisToMicros } from '../kernel/units.ts';
import { splitCommand } from './command-line.ts';
import type { Child, ChildRequest } from './process.ts';
import { describeEnd, quoteLines, startChild } from './process.ts';
import type { Releases } from './release.ts';

export interface CommandRequest extends Omit<
  ChildRequest,
  'program' | 'args' | 'account' | 'signals' | 'graceMs'
> {
  /** As written in the target file. */
  readonly command: string;
}

/** How long `prepare` may take. */
const prepareWithinMs = 600_000;

/** Throws COMMAND_INVALID or START_FAILED, both with exit code 2. */
export async function startCommand(request: CommandRequest, tracker: Tracker): Promise<Child> {
  const words = splitCommand(request.command);
  const [program, ...args] = typeof words === 'string' ? [] : words;
  if (typeof words === 'string' || program === undefined) {
    throw new MettleError({
      code: 'COMMAND_INVALID',
      message: `the command of ${request.name} cannot be run: ${String(words)}`,
      hint: 'commands run without a shell; write a program and its arguments',
    });
  }
  return await startChild({ ...request, program, args }, tracker);
}

/** Waits for its end; its whole tree is gone when this settles. Throws PREPARE_FAILED (exit code 2). */
export async function runToEnd(
  request: CommandRequest,
  tracker: Tracker,
  releases: Releases,
  withinMs = prepareWithinMs,
): Promise<void> {
  const child = await startCommand(request, tracker);
  releases.add(() => child.stop());
  const giveUp = new AbortController();
  const late = wait(withinMs, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const);
  const end = await Promise.race([child.ended, late]);
  giveUp.abort();
  await child.stop();
  if (end !== 'late' && end.code === 0) return;
  const how =
    end === 'late' ? `did not end within ${formatDuration(millisToMicros(withinMs))}` : describeEnd(end);
  throw new MettleError({
    code: 'PREPARE_FAILED',
    message: `${request.name} ${how}${quoteLines(child.lastLines())}`,
    hint: `run \`${request.command}\` in the target folder to see why`,
  });
}
