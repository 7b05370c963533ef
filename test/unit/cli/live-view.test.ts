// Where there is a live view, how it fits every terminal, and that it cleans up behind itself.

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { renderFrame } from '../../../src/cli/live-view-frame.ts';
import { cut, piece, renderLine, sparkline, widthOf } from '../../../src/cli/live-view-text.ts';
import { canShowLive, createTerminalView } from '../../../src/cli/live-view.ts';
import { busyView, emptyView, sixthOfTwenty } from '../../support/live-views.ts';
import { TinyTerminal } from '../../support/tiny-terminal.ts';

class EventfulTerminal extends TinyTerminal {
  readonly #events = new EventEmitter();
  on = (name: string, act: () => void): this => {
    this.#events.on(name, act);
    return this;
  };
  off = (name: string, act: () => void): this => {
    this.#events.off(name, act);
    return this;
  };
  resize(columns: number): void {
    this.narrow(columns);
    this.#events.emit('resize');
  }
  get listeners(): number {
    return this.#events.listenerCount('resize');
  }
}

describe('a live view', () => {
  const terminal = { isTTY: true, platform: 'linux' as const, env: { TERM: 'xterm-256color' } };

  it.each([
    ['on a terminal', terminal, true],
    ['not in a pipe', { ...terminal, isTTY: false }, false],
    ['not on a dumb terminal', { ...terminal, env: { TERM: 'dumb' } }, false],
    ['not on one that says nothing of itself', { ...terminal, env: {} }, false],
    ['on Windows, where none does', { ...terminal, platform: 'win32' as const, env: {} }, true],
    ['not in CI', { ...terminal, env: { TERM: 'xterm', CI: 'true' } }, false],
    ['where CI says no', { ...terminal, env: { TERM: 'xterm', CI: 'false' } }, true],
  ])('is shown %s', (_where, surroundings, expected) => {
    expect(canShowLive(surroundings)).toBe(expected);
  });

  it('follows the size of its terminal at once', () => {
    const screen = new EventfulTerminal(100, 40);
    const view = createTerminalView(screen, false);
    view.show(busyView());
    screen.resize(50);
    expect(screen.screen()).toEqual(renderFrame(busyView(), { columns: 50, rows: 40 }, false));
    view.clear();
  });

  it('is gone with everything it held when it is cleared, or when the process ends', () => {
    const screen = new EventfulTerminal(100, 40);
    const exits = process.listenerCount('exit');
    const view = createTerminalView(screen, true);
    view.show(busyView());
    view.show(busyView());
    expect([screen.listeners, process.listenerCount('exit')]).toEqual([1, exits + 1]);
    const onExit = process.listeners('exit').at(-1) as () => void;
    onExit();
    expect(screen.screen()).toEqual([]);
    expect([screen.listeners, process.listenerCount('exit')]).toEqual([0, exits]);
    view.clear();
    view.print('still a line');
    expect(screen.screen()).toEqual(['still a line']);
  });

  it('may be shown again after it was cleared, as between the runs of a verification', () => {
    const screen = new EventfulTerminal(100, 40);
    const view = createTerminalView(screen, false);
    view.show(busyView());
    view.clear();
    view.show(emptyView());
    expect(screen.screen()[0]).toBe('rag with a slow database · after');
    view.clear();
    expect(screen.screen()).toEqual([]);
  });
});

describe('a frame', () => {
  const views = [busyView(), busyView(sixthOfTwenty), emptyView(), emptyView({ stage: 'starting' })];
  const wide = busyView({ title: '商店の負荷試験 '.repeat(9), variant: 'é'.repeat(200) });

  it('is never wider than the terminal, nor as high', () => {
    for (const columns of [1, 10, 20, 39, 40, 41, 79, 80, 100, 200]) {
      for (const rows of [1, 2, 5, 10, 24, 60]) {
        for (const view of [...views, wide]) {
          const frame = renderFrame(view, { columns, rows }, false);
          expect(Math.max(...frame.map(widthOf)), `${columns} columns`).toBeLessThan(Math.max(2, columns));
          expect(frame.length, `${rows} rows`).toBeLessThan(Math.max(2, rows));
        }
      }
    }
  });

  it('says without colours what it says with them', () => {
    for (const view of views) {
      const coloured = renderFrame(view, { columns: 90, rows: 40 }, true);
      const plain = renderFrame(view, { columns: 90, rows: 40 }, false);
      expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain);
    }
  });

  it('keeps what matters most when there is little room', () => {
    const frame = renderFrame(busyView(), { columns: 80, rows: 9 }, false).join('\n');
    expect(frame).toContain('fault:slow-db');
    expect(frame).toContain('WARNING');
    expect(frame).toContain('begun');
    expect(frame).not.toContain('series');
  });

  it('cannot be moved by what stands in a scenario file', () => {
    const title = 'evil\u001b[2J\r\nname\u202e';
    const frame = renderFrame(busyView({ title }), { columns: 80, rows: 40 }, false);
    expect(frame[0]).toBe('evil [2J  name  · after');
  });
});

describe('text on a terminal', () => {
  it('is measured in columns and cut by them', () => {
    expect(['abc', '商店', 'e\u0301', '🚀'].map(widthOf)).toEqual([3, 4, 1, 2]);
    expect(cut('商店の負荷', 6)).toBe('商店…');
    expect([cut('fits', 4), cut('fits not', 4), cut('x', 0)]).toEqual(['fits', 'fit…', '']);
  });

  it('is closed again where it is coloured', () => {
    expect(renderLine([piece('a'), piece('bad', 'bad')], 3, true)).toBe('a\u001b[31mb…\u001b[39m');
  });

  it('draws a curve from 0 to its highest value, with gaps, and with what no scale can hold', () => {
    expect(sparkline([0, 1, 4, 8, null, Infinity])).toBe('▁▁▄█ ×');
    expect(sparkline([0, 0])).toBe('▁▁');
  });
});
