// The fault `kill`: the container's main process gets a signal; it is started again by its policy, or by the undo.

import { killInput } from '../notation.ts';
import { textOf } from '../undo/undo-kind.ts';
import { actOn } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import { endedIntent, hasEnded, startedAgain, stayedEnded } from './ended.ts';

/** A program that hears a signal may take as long to end as Docker itself would let it. */
const signalGraceMs = 10_000;

export const kill = defineContainerFault({
  kind: 'kill',
  input: killInput,
  parameters: ({ signal }) => ({ signal }),
  plan: ({ signal }, id, place) => endedIntent('killed', id, place, signal === 'SIGKILL' ? 0 : signalGraceMs),
  apply: ({ signal }, intent) =>
    actOn(intent, (engine, id) => engine.kill(id, signal), hasEnded(textOf(intent.data, 'startedAt'))),
  undoInWords: (_spec, on) => `start ${on} again unless it runs, and read that back`,
  judge: (_spec, seen) => [...stayedEnded(seen), ...startedAgain(seen)],
  lastsUntilCleared: false,
  notBeside: [],
});
