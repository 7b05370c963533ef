// What /proc says, word by word: names with parentheses, processes that have ended, kernels that tell less.

import { describe, expect, it } from 'vitest';
import { parseMemory, parseStat } from '../../../src/system/proc-readings.ts';

describe('a line of /proc/<pid>/stat', () => {
  it('is read past names that hold blanks and parentheses', () => {
    const fields = `S 42 43 44 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 11 0 987654 1000 200`;
    expect(parseStat(77, `77 (a) (b c) ${fields}`)).toEqual({
      ...{ pid: 77, parent: 42, group: 43, cpuSeconds: 1.75, key: '77@987654' },
      ...{ startTicks: 987_654, ended: false, threads: 11, reapedCpuSeconds: 0.15 },
    });
    expect(parseStat(77, `77 (gone) ${fields.replace('S', 'Z')}`)?.ended).toBe(true);
  });

  it('that is empty or cut is no reading', () => {
    expect(parseStat(77, '')).toBeUndefined();
    expect(parseStat(77, '77 (node) S 42 43')).toBeUndefined();
  });
});

describe('/proc/<pid>/status', () => {
  const status = (...lines: string[]): string =>
    ['Name:\tnode', 'State:\tS (sleeping)', ...lines, ''].join('\n');
  const told = ['RssAnon:\t     100 kB', 'RssFile:\t      20 kB', 'RssShmem:\t       3 kB'];

  it.each([
    ['parts', status('VmRSS:\t     123 kB', ...told), { ownBytes: 122_880, sharedBytes: 3_072 }],
    ['the sum alone', status('VmRSS:\t     123 kB'), { ownBytes: 125_952, sharedBytes: 0 }],
    ['nothing', status('Threads:\t4'), null],
    ['that it has ended', 'Name:\tnode\nState:\tZ (zombie)\n', { ownBytes: 0, sharedBytes: 0 }],
    ['nothing any more', '', { ownBytes: 0, sharedBytes: 0 }],
  ])('tells %s', (_what, text, memory) => {
    expect(parseMemory(text)).toEqual(memory);
  });
});
