// Frames of the live view and plain lines, byte for byte. UPDATE_GOLDEN=1 writes what the code makes; look at it before it is kept.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderFrame } from '../../src/cli/live-view-frame.ts';
import { packagePath } from '../../src/kernel/entry.ts';
import { progressLine } from '../../src/run/live-lines.ts';
import type { RunView } from '../../src/run/live-view.ts';
import { busyView, emptyView, sixthOfTwenty } from '../support/live-views.ts';

const views: readonly (readonly [string, RunView])[] = [
  ['a run with everything in it', busyView()],
  ['the sixth run of a verification', busyView(sixthOfTwenty)],
  ['a quarter of a second after the start', emptyView()],
  ['starting', emptyView({ stage: 'starting', phases: [], elapsedMicros: 3_000_000 })],
  ['stopping', busyView({ stage: 'stopping' })],
];

function compare(name: string, text: string): void {
  const path = join(packagePath('test/golden/expected'), name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text, `${name} (UPDATE_GOLDEN=1 writes it)`).toBe(readFileSync(path, 'utf8'));
}

test.for([40, 80, 120])('frames of %i columns', (columns) => {
  const frames = views.map(([name, view]) => {
    const frame = renderFrame(view, { columns, rows: 50 }, false);
    return [`== ${name}`, ...frame, ''].join('\n');
  });
  compare(`live-view-${columns}.txt`, frames.join('\n'));
});

test('colours go with words', () => {
  const frame = renderFrame(busyView(), { columns: 100, rows: 50 }, true);
  compare('live-view-coloured.txt', `${frame.map((line) => JSON.stringify(line)).join('\n')}\n`);
});

test('plain lines', () => {
  const lines = views.map(([name, view]) => `== ${name}\n${progressLine(view)}\n`);
  compare('live-lines.txt', lines.join('\n'));
});
