// WebSockets over ws.
import type { Engine } from './engine.ts';
import type { WsStep } from './ws-step.ts';

export const wsEngine: Engine<WsStep, WsStep> = {
  kind: 'ws',
  open: () => {
    throw new Error('not built yet');
  },
};
