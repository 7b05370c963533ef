// What later steps need of a message: taken when it arrives.

import type { Scope } from './engine.ts';
import { compileJsonPath } from './json-path.ts';
import type { Incoming } from './ws-incoming.ts';
import type { WsCapture } from './ws-step.ts';

/** Sets the captures; what is wrong when the message does not hold one. */
export type TakeCaptures = (message: Incoming, scope: Scope) => string | null;

function compileCapture(capture: WsCapture): (message: Incoming) => unknown {
  if (capture.from === 'json') {
    const select = compileJsonPath(capture.path);
    return ({ json }) => (json === undefined ? undefined : select(json)[0]);
  }
  const regex = new RegExp(capture.regex, 'u');
  return ({ text }) => {
    const match = regex.exec(text);
    return match?.[1] ?? match?.[0];
  };
}

const sourceOf = (capture: WsCapture): string =>
  capture.from === 'json' ? capture.path : `/${capture.regex}/`;

export function compileCaptures(captures: readonly WsCapture[]): TakeCaptures {
  const compiled = captures.map((capture) => ({ capture, find: compileCapture(capture) }));
  return (message, scope) => {
    for (const { capture, find } of compiled) {
      const value = find(message);
      if (value === undefined) return `nothing to capture as ${capture.name}: ${sourceOf(capture)} is absent`;
      scope.set(capture.name, value);
    }
    return null;
  };
}
