// What Mettle calls the proxies and toxics that it makes: on a server that others share, the name alone tells whose a
// thing is, which command made it, and when.
//
//   mettle_<command: 16 hex digits><owner: 8><when: 8>_<name for people>

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/** Who made a thing, as its name tells. */
export interface Maker {
  /** The command's token: its journal is `journal-<command>.ndjson` in its state folder. */
  readonly command: string;
  /** Its state folder and machine; null: the name does not say. */
  readonly owner: string | null;
  /** Unix time; null: the name does not say. */
  readonly madeAtSeconds: number | null;
}

const prefix = 'mettle_';

/** A state folder on one machine; the same folder shared over a network is another owner on every machine. */
export const ownerOf = (stateFolderId: string, host: string = hostname()): string =>
  createHash('sha256').update(`${stateFolderId} ${host}`).digest('hex').slice(0, 8);

/** What stands between `mettle_` and the name for people. */
export function makerToken(command: string, owner: string, madeAtMs: number = Date.now()): string {
  const seconds = Math.floor(madeAtMs / 1_000) % 2 ** 32;
  return `${command}${owner}${seconds.toString(16).padStart(8, '0')}`;
}

/** null: not a name that Mettle gives. */
export function makerOf(name: string): Maker | null {
  const [, command, owner, seconds] =
    /^mettle_([0-9a-f]{16})(?:([0-9a-f]{8})([0-9a-f]{8}))?_/.exec(name) ?? [];
  if (command === undefined) return null;
  return {
    command,
    owner: owner ?? null,
    madeAtSeconds: seconds === undefined ? null : Number.parseInt(seconds, 16),
  };
}

/** `token`: of `makerToken`. */
export const madeName = (token: string, readable: string): string => `${prefix}${token}_${readable}`;
