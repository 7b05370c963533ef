// The journal outlives the command and is shown to people. Passwords in its texts are blanked on the way in. What an undo
// needs is kept exactly as it is, since it is read by whoever undoes after a kill: a password in it is refused instead.

import type { Json } from '../kernel/json.ts';
import type { JournalLine } from './journal-file.ts';

const secretKey = /passw|secret|authorization|credential|cookie|api[-_]?key|private[-_]?key/i;
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi;
/** Not the port of a URL's host, whatever that is called: it is part of how to finish by hand. */
const assignment =
  /(?<![\w.-])(?!(?<=:\/\/)[\w.-]+:\d+(?!\w))([\w.-]*(?:passw|secret|token|api[-_]?key)[\w.-]*\s*[=:]\s*)[^\s,;]+/gi;
/** Not with a colon: `secret-db:5432` is an address, and `shop_token_1:token` a link. */
const setting = /\b[\w.-]*(?:passw|secret|token|api[-_]?key)[\w.-]*\s*=\s*[^\s,;]/i;

const blanked = (text: string): string => text.replace(userInfo, '$1').replace(assignment, '$1[redacted]');

/** One line of JSON, without the user part of URLs, without values of secret-looking keys or assignments in texts. */
export function redacted(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (secretKey.test(key)) return '[redacted]';
    return typeof item === 'string' ? blanked(item) : item;
  });
}

/** One line of JSON: texts for people without passwords, `data` and `snapshot` exact. */
export const lineText = (line: JournalLine): string =>
  JSON.stringify({
    ...line,
    ...('describe' in line ? { describe: blanked(line.describe) } : {}),
    ...('note' in line ? { note: blanked(line.note) } : {}),
  });

/** Whether what an undo needs would put a password on disk. */
export function holdsPassword(value: Json): boolean {
  if (typeof value === 'string') return value.search(userInfo) >= 0 || setting.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, item]: [string, Json]) => secretKey.test(key) || holdsPassword(item),
  );
}
