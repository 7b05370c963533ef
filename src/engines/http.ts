// HTTP/1.1 over undici.
import type { Engine } from './engine.ts';
import type { HttpStep } from './http-step.ts';

export const httpEngine: Engine<HttpStep, HttpStep> = {
  kind: 'http',
  open: () => {
    throw new Error('not built yet');
  },
};
