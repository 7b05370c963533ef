// A frame stays in its place: redrawn, grown, shrunk, scrolled past, resized, and gone without a trace.

import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/cli/live-view-screen.ts';
import { TinyTerminal } from '../../support/tiny-terminal.ts';

function open(columns = 20, rows = 6) {
  const terminal = new TinyTerminal(columns, rows);
  terminal.write('$ mettle run\n');
  return { terminal, screen: new Screen(terminal) };
}

describe('a frame on a terminal', () => {
  it('is drawn over itself, whatever was longer before', () => {
    const { terminal, screen } = open();
    screen.show(['first frame', 'its second line']);
    screen.show(['second', 'two', 'three']);
    expect(terminal.screen()).toEqual(['$ mettle run', 'second', 'two', 'three']);
    screen.show(['third']);
    expect(terminal.screen()).toEqual(['$ mettle run', 'third']);
  });

  it('stays in one place when it has scrolled the screen', () => {
    const { terminal, screen } = open(20, 4);
    screen.show(['a', 'b', 'c']);
    screen.show(['A', 'B', 'C']);
    expect(terminal.screen()).toEqual(['A', 'B', 'C']);
  });

  it('lets lines through above it, longer ones than the terminal is wide, too', () => {
    const { terminal, screen } = open();
    screen.show(['frame', 'of two']);
    screen.print('a line of more than twenty characters');
    expect(terminal.screen()).toEqual([
      '$ mettle run',
      'a line of more than',
      'twenty characters',
      'frame',
      'of two',
    ]);
    screen.show(['frame', 'again']);
    expect(terminal.screen().slice(-2)).toEqual(['frame', 'again']);
  });

  it('is found again when the terminal has become narrower and has broken its lines', () => {
    const { terminal, screen } = open(20, 12);
    screen.show(['x'.repeat(19), '\u001b[31my\u001b[39m']);
    terminal.narrow(8);
    screen.show(['small', 'frame']);
    expect(terminal.screen()).toEqual(['$ mettle', ' run', 'small', 'frame']);
  });

  it('goes without a trace, and what comes then begins at the left', () => {
    const { terminal, screen } = open();
    screen.show(['frame', 'of two']);
    screen.clear();
    terminal.write('verdict: pass\n');
    expect(terminal.screen()).toEqual(['$ mettle run', 'verdict: pass']);
  });

  it('is one write each time, between the marks of a synchronised update, and never hides the cursor', () => {
    const { terminal, screen } = open();
    terminal.written.length = 0;
    screen.show(['one']);
    screen.show(['two']);
    screen.print('line');
    screen.clear();
    expect(terminal.written).toHaveLength(4);
    for (const text of terminal.written) {
      expect(text.startsWith('\u001b[?2026h') && text.endsWith('\u001b[?2026l')).toBe(true);
      expect(text).not.toContain('\u001b[?25l');
    }
  });

  it('leaves a terminal without a frame alone', () => {
    const { terminal, screen } = open();
    screen.clear();
    screen.print('plain');
    expect(terminal.written).toEqual(['$ mettle run\n', 'plain\n']);
  });
});
