// Undo of a command that was run in a container: the command that its author declared for that, as data, never a shell.

import type { Json } from '../../kernel/json.ts';
import { createRedactor } from '../../kernel/redact.ts';
import type { DockerAddress, DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { containerData, lookAtContainer, onContainer } from './container.ts';
import { gone } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

interface Commands {
  readonly command: readonly string[];
  readonly undo: readonly string[];
  readonly check: readonly string[] | null;
  readonly timeoutMs: number;
}

export const execData = (
  docker: DockerAddress,
  state: ContainerState,
  { command, undo, check, timeoutMs }: Commands,
): { readonly [key: string]: Json } => ({
  ...containerData(docker, state),
  ...{ command, undo, check, timeoutMs },
});

/** Throws when the journal entry does not hold it. */
export function commandOf(data: Data, which: 'command' | 'undo'): readonly string[] {
  const command = wordsOf(data[which]);
  if (command === null) throw new Error(`the journal entry has no ${which}`);
  return command;
}

function wordsOf(value: Json | undefined): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const words = value.filter((word): word is string => typeof word === 'string');
  return words.length === value.length && words.length > 0 ? words : null;
}

const timeoutOf = ({ timeoutMs }: Data): number => (typeof timeoutMs === 'number' ? timeoutMs : 10_000);

const redact = createRedactor([]);
const shownCharacters = 200;

/** Runs a command; null: it exited with 0. Else one sentence. */
export async function runIn(
  docker: DockerPort,
  { id, name, status }: ContainerState,
  command: readonly string[],
  timeoutMs: number,
): Promise<string | null> {
  const what = JSON.stringify(command);
  if (status !== 'running') return `${name} is ${status}, and ${what} could not be run in it`;
  const { exitCode, output } = await docker.exec(id, command, timeoutMs);
  if (exitCode === 0) return null;
  const said = redact(output).replace(/\s+/g, ' ').trim().slice(0, shownCharacters);
  if (exitCode === null)
    return `${what} had not ended after ${timeoutMs / 1_000} s, and may still run in ${name}`;
  return `${what} exited with ${exitCode}${said === '' ? '' : `: ${said}`}`;
}

/** Entries whose undo has just exited with 0: nothing else can tell, and looking must not act. */
const undone = new WeakSet<Data>();

/** data: what `execData` gives. */
export const containerExecUndo: UndoKind = {
  kind: 'container-exec',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    undone.delete(data);
    const command = commandOf(data, 'undo');
    await onContainer(data, limits, async (docker, state) => {
      const failed = await runIn(docker, state, command, timeoutOf(data));
      if (failed !== null)
        throw new Error(`${failed}; by hand: docker exec ${state.name} ${command.join(' ')}`);
    });
    undone.add(data);
  },
  async verify(data, _snapshot, limits) {
    const there = await lookAtContainer(data, limits, () => 'there');
    if (there !== 'there') return there;
    if (!undone.has(data))
      return `not known: only its own undo can tell (${JSON.stringify(commandOf(data, 'undo'))})`;
    const check = wordsOf(data.check);
    if (check === null) return gone;
    const failed = await onContainer(data, limits, (docker, state) =>
      runIn(docker, state, check, timeoutOf(data)),
    );
    return failed == null ? gone : `the check after the undo failed: ${failed}`;
  },
};
