// The fault `pause`: every process of a tree is held (SIGSTOP). Its sockets stay open, and nothing answers.

import { MettleError } from '../../kernel/errors.ts';
import { pauseTree } from '../../kernel/process-pause.ts';
import { pauseInput } from '../notation.ts';
import { treeOf } from '../undo/paused-process.ts';
import { defineProcessFault } from './process-fault.ts';

export const pause = defineProcessFault({
  kind: 'pause',
  input: pauseInput,
  parameters: () => ({}),
  plan: (_spec, id, { name, standing }) => {
    const { identity, token, processGroup } = standing.tree;
    if (identity === null || token === null) {
      throw new MettleError({
        code: 'NO_PROCESS',
        message: `${name} was not started by Mettle: there is no process to hold`,
      });
    }
    return {
      kind: 'paused-process',
      describe: `${name} held (fault ${id})`,
      data: { token, pid: identity.pid, startTime: identity.startTime, processGroup },
    };
  },
  act: (_spec, { intent }) => ({
    apply: async () => {
      await pauseTree(treeOf(intent.data));
    },
    // Read back when it took effect and before it is undone: `kept` says so.
    judge: () => [],
  }),
  undoInWords: (_spec, on) => `let ${on} go on (SIGCONT) and read that back`,
  lastsUntilCleared: true,
});
