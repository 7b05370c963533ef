// The fault `exec`: a command of one's own in a container, with one that undoes it. Both are lists of words, never a shell.

import { z } from 'zod';
import { exitCodes, MettleError } from '../../kernel/errors.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { check, unmeasured } from '../fidelity.ts';
import { redacted } from '../journal-redaction.ts';
import { durationMs, msText } from '../network/parameters.ts';
import { commandOf, execData, runIn } from '../undo/container-exec.ts';
import { onContainer } from '../undo/container.ts';
import { needsRunning } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import type { ContainerSeen } from './container-fault.ts';
import { notUndoable } from './refusal.ts';

const argv = z
  .array(
    z.string().max(8_192, 'a word is at most 8192 characters'),
    'a list of words, such as [/bin/rm, /tmp/ready]',
  )
  .min(1, 'a command has at least one word')
  .max(100, 'at most 100 words')
  .refine((words) => words[0] !== '', 'the first word is the program');

const input = z
  .strictObject({
    fault: z.literal('exec'),
    with: z.strictObject({
      command: argv.describe(
        'What is run in the container: a list of words. Not 0: the fault is not in effect.',
      ),
      undo: argv.describe('What undoes it, also twice, also when the command did nothing.'),
      check: argv.optional().describe('Run after the undo: exits with 0 when nothing is left of the fault.'),
      timeout: durationMs(1).optional().describe('How long each of them may take; default: 10s.'),
    }),
  })
  .transform(({ with: written }) => ({
    kind: 'exec' as const,
    command: written.command,
    undo: written.undo,
    check: written.check ?? null,
    timeoutMs: written.timeout ?? 10_000,
  }));

const inWords = (command: readonly string[]): string => JSON.stringify(command);

export const exec = defineContainerFault({
  kind: 'exec',
  input,
  parameters: ({ command, undo, check, timeoutMs }) => ({
    command: inWords(command),
    undo: inWords(undo),
    ...(check === null ? {} : { check: inWords(check) }),
    timeout: msText(timeoutMs),
  }),
  plan(spec, id, { docker, state }) {
    needsRunning(state, id);
    // Undone earlier than that by the watchdog, a command that still runs could take effect after its undo.
    const data = { ...execData(docker, state, spec), actsWithinMs: spec.timeoutMs };
    if (redacted(data) !== JSON.stringify(data)) {
      throw notUndoable(
        state,
        'would be given a command that looks as if it held a password, which no journal keeps',
        'let the command read it in the container',
      );
    }
    return { kind: 'container-exec', describe: `command run in container ${state.name} (fault ${id})`, data };
  },
  async apply({ timeoutMs }, { describe, data }) {
    const limits = { graceMs: 0, callTimeoutMs: 10_000 };
    const failure = await onContainer(data, limits, async (docker, state) => {
      const failed = await runIn(docker, state, commandOf(data, 'command'), timeoutMs);
      return { failed };
    });
    if (failure?.failed === null) return;
    throw new MettleError({
      code: 'EXEC_FAILED',
      message: `${describe}: ${failure?.failed ?? 'the container has been removed meanwhile'}`,
      hint: 'a command that lasts starts what it needs in the background, and ends with 0',
      exitCode: exitCodes.invalid,
    });
  },
  undoInWords: ({ undo, check }, on) =>
    `run ${inWords(undo)} in ${on}${check === null ? '' : `, then ${inWords(check)}, which must exit with 0`}`,
  judge: (_spec, seen) => [sameRun(seen)],
  lastsUntilCleared: true,
  // Its undo needs a container that runs, and what it does may end with the container's processes.
  notBeside: ['kill', 'pause', 'restart', 'stop'],
});

/** What it does is known to its author alone, and the load shows it; but a new start of the container may end it. */
function sameRun({ before, during, after }: ContainerSeen): FidelityCheck {
  const [name, asked] = ['container', 'running until cleared, without a new start'];
  const now = during ?? after;
  if (now === null) return unmeasured(name, asked, 'Docker did not say');
  if (now.startedAt !== before.startedAt) return check(name, asked, 'started anew meanwhile', false);
  const runs = now.status === 'running';
  return check(name, asked, runs ? 'running until cleared' : `${now.status} when it was cleared`, runs);
}
