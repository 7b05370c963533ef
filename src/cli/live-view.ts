// The live view of a run on standard error, where a person is looking at it.

import type { LiveView, RunView } from '../run/live-view.ts';
import { renderFrame } from './live-view-frame.ts';
import { Screen, sizeOf, type Terminal } from './live-view-screen.ts';

interface ResizableTerminal extends Terminal {
  on(event: 'resize', act: () => void): unknown;
  off(event: 'resize', act: () => void): unknown;
}

export interface TerminalView extends LiveView {
  /** A line that scrolls by above the view. */
  print(line: string): void;
}

/** What decides whether there is a live view; `process.stderr`, `process.platform`, `process.env`. */
export interface Surroundings {
  readonly isTTY: boolean;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A terminal that can move its cursor, and no log that keeps every frame. */
export function canShowLive({ isTTY, platform, env }: Surroundings): boolean {
  const term = env['TERM'] ?? (platform === 'win32' ? 'windows' : 'dumb');
  const inCi = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
  return isTTY && term !== 'dumb' && term !== '' && !inCi;
}

/** Nothing is written before the first view. */
export function createTerminalView(terminal: ResizableTerminal, coloured: boolean): TerminalView {
  const screen = new Screen(terminal);
  let last: RunView | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    screen.show(renderFrame(last, sizeOf(terminal), coloured));
  };
  // On the way out by an error that nobody caught, too.
  const clear = (): void => {
    if (last === undefined) return;
    last = undefined;
    terminal.off('resize', draw);
    process.off('exit', clear);
    screen.clear();
  };
  return {
    show: (view) => {
      if (last === undefined) {
        terminal.on('resize', draw);
        process.on('exit', clear);
      }
      last = view;
      draw();
    },
    clear,
    print: (line) => screen.print(line),
  };
}
