// The fault `pause`: every process of a container is held by its control group. Its sockets stay open, nothing answers.

import { pauseInput } from '../notation.ts';
import { containerData } from '../undo/container.ts';
import { actOn, needsRunning } from './act.ts';
import { defineContainerFault } from './container-fault.ts';

export const pause = defineContainerFault({
  kind: 'pause',
  input: pauseInput,
  parameters: () => ({}),
  plan(_spec, id, { docker, state }) {
    needsRunning(state, id);
    return {
      kind: 'container-paused',
      describe: `container ${state.name} paused (fault ${id})`,
      data: { ...containerData(docker, state), wasStatus: state.status },
    };
  },
  apply: (_spec, intent) =>
    actOn(
      intent,
      (engine, id) => engine.pause(id),
      ({ status }) => status === 'paused',
    ),
  undoInWords: (_spec, on) => `unpause ${on} and read that back`,
  // Read back when it took effect and before it is undone: `kept` says so.
  judge: () => [],
  lastsUntilCleared: true,
  notBeside: [],
});
