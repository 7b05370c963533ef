// Command lines without a shell.

import { describe, expect, it } from 'vitest';
import { splitCommand } from '../../../src/system/command-line.ts';

describe('a command line', () => {
  it.each([
    ['node dist/server.js', ['node', 'dist/server.js']],
    ['  node \t --port  8080\n', ['node', '--port', '8080']],
    [`node -e 'console.log("a b")'`, ['node', '-e', 'console.log("a b")']],
    [
      String.raw`say "a \"quoted\" word" "back\\slash" "C:\temp"`,
      ['say', 'a "quoted" word', 'back\\slash', 'C:\\temp'],
    ],
    [`run --name='two words'/x ""`, ['run', '--name=two words/x', '']],
    [`echo '&&' "|" $HOME *.js a&b`, ['echo', '&&', '|', '$HOME', '*.js', 'a&b']],
    [String.raw`C:\tools\run.exe x`, [String.raw`C:\tools\run.exe`, 'x']],
  ])('%j is split into words', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  it.each([
    ['', 'a command is needed'],
    ['   ', 'a command is needed'],
    ['node "a.js', 'the quote " is not closed'],
    [`node it's`, `the quote ' is not closed`],
    ['node a.js && node b.js', '`&&` needs a shell'],
    ['node a.js | tee log', '`|` needs a shell'],
    ['node a.js > log', '`>` needs a shell'],
    ['node a.js 2>&1', '`2>&1` needs a shell'],
    ['node a.js &', '`&` needs a shell'],
    ['MODE=after node a.js', 'variables belong in `env:`'],
  ])('%j is refused with a sentence', (text, sentence) => {
    expect(splitCommand(text)).toContain(sentence);
    expect(typeof splitCommand(text)).toBe('string');
  });
});
