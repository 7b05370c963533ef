// The fault `restart`: the container is stopped and started at once; at the end of `for` it must run again.

import { formatDuration } from '../../kernel/units.ts';
import { restartInput } from '../notation.ts';
import { textOf } from '../undo/undo-kind.ts';
import { actOn } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import { endedIntent, startedAgain } from './ended.ts';
import { graceSeconds } from './grace.ts';

export const restart = defineContainerFault({
  kind: 'restart',
  input: restartInput,
  parameters: ({ graceMs }) => ({ grace: formatDuration(graceMs * 1_000) }),
  plan: ({ graceMs }, id, place) => endedIntent('restarted', id, place, graceSeconds(graceMs) * 1_000),
  apply: ({ graceMs }, intent) => {
    const before = textOf(intent.data, 'startedAt');
    return actOn(
      intent,
      (engine, id) => engine.restart(id, graceSeconds(graceMs)),
      ({ status, startedAt }) => status === 'running' && startedAt !== before,
    );
  },
  undoInWords: (_spec, on) => `none needed: ${on} runs again by then; started if it does not`,
  judge: (_spec, seen) => startedAgain(seen),
  lastsUntilCleared: false,
  notBeside: [],
  actsWithinMicros: ({ graceMs }) => graceSeconds(graceMs) * 1_000_000,
  countsSince: 'asked',
});
