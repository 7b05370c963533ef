// The live view in a real terminal, and plain lines where there is none: looked at while a load runs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { type KnownServer, startConstantServer } from '../support/known-servers.ts';
import {
  canOpenTerminals,
  openTerminal,
  type TmuxOptions,
  type TmuxTerminal,
} from '../support/tmux-terminal.ts';

let workspace: Workspace;
let server: KnownServer;
let terminal: TmuxTerminal | undefined;
beforeEach(async () => {
  workspace = await openWorkspace();
  server = await startConstantServer(5);
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  await server.close();
  await workspace.close();
});

const run = (seconds: number): string[] => ['run', server.url, '--rate', '200/s', '--for', `${seconds}s`];

async function watch(
  seconds: number,
  options: Partial<TmuxOptions> = {},
  more: string[] = [],
): Promise<TmuxTerminal> {
  terminal = await openTerminal(workspace, [...run(seconds), ...more], {
    columns: 100,
    rows: 30,
    ...options,
  });
  return terminal;
}

const measured = /ok [\d.]+\/s[^]*p50 [\d.]+(µs|ms|s)/;
const frame = /in flight|━|p50 .*p95 .*last/;
const times = (text: string, part: string): number => text.split(part).length - 1;

describe.skipIf(!canOpenTerminals())('a run in a terminal', () => {
  it('shows rate and latency within a second or so, and leaves the screen to its verdict', async () => {
    const screen = await watch(4);
    const first = (await screen.until('a rate and a p50', (text) => measured.test(text))).join('\n');
    expect(first).toMatch(/steady {2}━*─* {2}[012]s of 4s/);
    expect(first).toMatch(/begun [\d.]+\/s of 200\/s due/);
    const last = await screen.until('the end', (text) => text.includes('EXIT'));
    const text = last.join('\n');
    expect(text).toMatch(/verdict: (pass|invalid)/);
    expect(text).not.toMatch(frame);
    expect(await screen.cursorIsShown()).toBe(true);
  });

  it('stays one frame while the terminal becomes narrow, and wide, and low', async () => {
    const screen = await watch(12);
    await screen.until('a frame', (text) => measured.test(text));
    for (const [columns, rows] of [
      [40, 30],
      [130, 30],
      [60, 10],
    ] as const) {
      await screen.resize(columns, rows);
      const lines = await screen.until(
        `a frame of ${columns} columns`,
        (text) => /in flight/.test(text) && text.split('\n').every((line) => line.length < columns),
      );
      expect(times(lines.join('\n'), 'in flight'), lines.join('\n')).toBe(1);
    }
    await screen.press('C-c');
    const text = (await screen.until('the end', (shown) => shown.includes('EXIT 130'))).join('\n');
    expect(text).not.toMatch(frame);
  });

  it.each([1, 2])('is left clean by Ctrl-C (%i)', async (presses) => {
    const screen = await watch(30);
    await screen.until('a frame', (text) => measured.test(text));
    for (let press = 0; press < presses; press += 1) await screen.press('C-c');
    const lines = await screen.until('the end', (text) => text.includes('EXIT'));
    const text = lines.join('\n');
    expect(text).toContain('SIGINT: undoing faults, then stopping what was started');
    expect(text).toContain('verdict: interrupted');
    expect(lines.at(-1)).toBe('EXIT 130');
    expect(text).not.toMatch(frame);
    expect(await screen.cursorIsShown()).toBe(true);
  });

  it('is left clean by an error that nobody caught', async () => {
    const preload = `--import=${join(import.meta.dirname, '../support/fixture-cli/fails-later.mjs')}`;
    const screen = await watch(30, { env: { NODE_OPTIONS: preload, FAILS_AFTER_MS: '4000' } });
    const text = (await screen.until('the end', (shown) => shown.includes('EXIT'))).join('\n');
    expect(text).toContain('Mettle itself failed: nobody caught this');
    expect(text).toContain('EXIT 3');
    expect(text).not.toMatch(frame);
  });

  it('keeps standard output for the document of --json', async () => {
    const screen = await watch(3, { redirect: '> document.json' }, ['--json']);
    await screen.until('a frame', (text) => measured.test(text));
    const lines = await screen.until('the end', (text) => text.includes('EXIT'));
    expect(lines.join('\n')).not.toMatch(frame);
    const document = JSON.parse(readFileSync(join(workspace.folder, 'document.json'), 'utf8')) as object;
    expect(document).toHaveProperty('verdict');
  });

  it.each([
    ['a dumb one', { TERM: 'dumb' }],
    ['CI', { CI: 'true' }],
  ])('has plain lines in %s', async (_what, env) => {
    // tmux sets TERM for what runs in it: `env` sets it again.
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const screen = await watch(3, { before: ['env', ...words] });
    const lines = await screen.until('the end', (text) => text.includes('EXIT'));
    expect(lines.filter((line) => line.includes('s/3s  steady')).length).toBeGreaterThanOrEqual(2);
    expect(lines.join('\n')).not.toContain('━');
  });

  it('is silent with --quiet', async () => {
    const screen = await watch(2, {}, ['--quiet']);
    const lines = await screen.until(
      'the end',
      (text) => text.includes('verdict') || text.includes('in flight'),
    );
    expect(lines.join('\n')).not.toMatch(frame);
  });
});

it('prints a line within a second or so, and every two, without escape codes, where there is no terminal', async () => {
  const { stderr } = await workspace.run(run(5));
  const lines = stderr.split('\n').filter((line) => line.includes('/5s  steady'));
  expect(lines[0]).toMatch(/^\S+ {2}[012]s\/5s {2}steady {2}begun [\d.]+\/s of 200\/s due/);
  expect(lines.length).toBeGreaterThanOrEqual(2);
  expect(lines.at(-1)).toMatch(/ok [\d.]+\/s .* p50\/p95\/p99 [\d.]+(µs|ms|s)\//);
  expect(stderr).not.toContain('\u001b');
});
