// Words of the scenario language that this version does not act on yet: refused by name, never silently ignored.

import type { Path } from './yaml-document.ts';

interface Later {
  /** Where the word would stand: the path of the map that holds it, joined by dots. */
  readonly where: RegExp;
  readonly words: readonly string[];
}

const keys: readonly Later[] = [
  { where: /^$/, words: ['phases'] },
  { where: /^load\.\d+$/, words: ['phases', 'window'] },
  { where: /^chaos\.\d+$/, words: ['phases'] },
  {
    where: /^flows\..*\.(steps|before)\.\d+(\.|$)/,
    words: ['every'],
  },
  { where: /^variants\.[^.]+$/, words: ['compose', 'service', 'docker'] },
  { where: /^dependencies\.[^.]+$/, words: ['compose', 'service', 'docker'] },
];

const values: readonly Later[] = [{ where: /^dependencies\.[^.]+\.provide$/, words: ['redis'] }];

const has = (table: readonly Later[], path: Path, word: string): boolean => {
  const place = path.map(String).join('.');
  return table.some(({ where, words }) => where.test(place) && words.includes(word));
};

/** Is `key`, refused in the map at `path`, a documented key that is not built yet? */
export const isLaterKey = (path: Path, key: string): boolean => has(keys, path, key);

/** Is `value`, refused at `path`, a documented value that is not built yet? */
export const isLaterValue = (path: Path, value: string): boolean => has(values, path, value);

export const notSupported = (word: string): string => `\`${word}\` is not supported by this version`;
