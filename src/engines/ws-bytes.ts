// Bytes of binary messages: decoded once where they hold no template, read once where they are a file.

import { readFileSync } from 'node:fs';
import { MettleError, messageOf } from '../kernel/errors.ts';
import type { EngineEnvironment, Scope } from './engine.ts';
import type { WsBytes } from './ws-step.ts';

/** What a template made of base64 or hex that is none. */
export class NotBytes extends Error {
  constructor(encoding: 'base64' | 'hex', text: string) {
    super(`"${text.slice(0, 40)}" is not ${encoding}`);
    this.name = 'NotBytes';
  }
}

const patterns = { base64: /^[A-Za-z0-9+/]*={0,2}$/, hex: /^(?:[0-9a-f]{2})*$/i } as const;

function decode(encoding: 'base64' | 'hex', text: string): Buffer {
  if (!patterns[encoding].test(text)) throw new NotBytes(encoding, text);
  return Buffer.from(text, encoding);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new MettleError({
      code: 'FILE_UNREADABLE',
      message: `the message cannot be read: ${messageOf(thrown)}`,
      hint: 'Check the path and its permissions.',
    });
  }
}

export interface Bytes {
  /** Set when they are the same every time. */
  readonly fixed: Buffer | undefined;
  /** Throws UnresolvedValue and NotBytes. */
  render(scope: Scope): Buffer;
}

/** Throws MettleError when a file cannot be read, and what the template compiler throws. */
export function compileBytes(written: WsBytes, { templates, file }: EngineEnvironment): Bytes {
  if (written.from === 'file') {
    const fixed = readBytes(file(written.path));
    return { fixed, render: () => fixed };
  }
  const { from } = written;
  const template = templates.text(written.text);
  if (template.fixed === undefined) {
    return { fixed: undefined, render: (scope) => decode(from, template.render(scope)) };
  }
  const fixed = decode(from, template.fixed);
  return { fixed, render: () => fixed };
}
