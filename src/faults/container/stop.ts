// The fault `stop`: the container is asked to end, forced after its grace, and stays stopped until the undo starts it.

import { stopInput } from '../notation.ts';
import { textOf } from '../undo/undo-kind.ts';
import { actOn } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import { endedIntent, hasEnded, startedAgain, stayedEnded } from './ended.ts';
import { graceSeconds } from './grace.ts';
import { formatDuration } from '../../kernel/units.ts';

export const stop = defineContainerFault({
  kind: 'stop',
  input: stopInput,
  parameters: ({ graceMs }) => ({ grace: formatDuration(graceMs * 1_000) }),
  plan: ({ graceMs }, id, place) => endedIntent('stopped', id, place, graceSeconds(graceMs) * 1_000),
  apply: ({ graceMs }, intent) =>
    actOn(
      intent,
      (engine, id) => engine.stop(id, graceSeconds(graceMs)),
      hasEnded(textOf(intent.data, 'startedAt')),
    ),
  undoInWords: (_spec, on) => `start ${on} again and read that back`,
  judge: (_spec, seen) => [...stayedEnded(seen), ...startedAgain(seen)],
  lastsUntilCleared: true,
  notBeside: [],
  actsWithinMicros: ({ graceMs }) => graceSeconds(graceMs) * 1_000_000,
  // Whoever is asked to end may refuse connections at once; how long it stays stopped counts from when it is.
});
