// The fault `kill`: a process ends without having been asked to; all of it, or only what it has started itself.

import { killInput } from '../notation.ts';
import { endedIntent } from './bring-back.ts';
import { killAll } from './kill-all.ts';
import { killChildren } from './kill-children.ts';
import { defineProcessFault } from './process-fault.ts';

export const kill = defineProcessFault({
  kind: 'kill',
  input: killInput,
  parameters: ({ signal, processes }) => ({ signal, processes }),
  plan: ({ signal, processes }, id, process) =>
    endedIntent(
      `${process.name}${processes === 'all' ? '' : ': its children'} sent ${signal} (fault ${id})`,
      process,
    ),
  act: ({ signal, processes }, scene) =>
    processes === 'all' ? killAll(signal, scene) : killChildren(signal, scene),
  undoInWords: ({ processes }, on) =>
    processes === 'all'
      ? `start ${on} again and wait until it is ready`
      : `${on} starts its children again itself; else start all of it again`,
  // What was killed may rightly have been started again before; each kind looks at that itself.
  lastsUntilCleared: false,
});
