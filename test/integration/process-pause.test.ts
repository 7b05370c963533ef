// Holding a process tree still: it is all of it, it is read back, and it goes on afterwards.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { injectOnProcess } from '../../src/faults/inject-process.ts';
import { pausedProcessUndo } from '../../src/faults/undo/paused-process.ts';
import { pauseTree, resumeTree } from '../../src/kernel/process-pause.ts';
import { identify } from '../../src/kernel/process-table.ts';
import type { ProcessTree } from '../../src/kernel/process-tree.ts';
import { findTree } from '../../src/kernel/process-tree.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { standingFor } from '../support/standing.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) process.kill(-(child.pid ?? 0), 'SIGKILL');
});

/** A process and a child of its, both of which print a line ten times a second. */
const ticking = `
  setInterval(() => console.log('tick'), 100);
  if (process.argv[1] !== 'child') {
    require('node:child_process').spawn(process.execPath, ['-e', process.env.CODE, 'child'], { stdio: 'inherit' });
  }`;

async function startTicking(): Promise<{ tree: ProcessTree; ticks: () => number }> {
  const child = spawn(process.execPath, ['-e', ticking], {
    detached: true,
    env: { PATH: process.env.PATH, CODE: ticking },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let ticks = 0;
  child.stdout.on('data', (text: Buffer) => (ticks += text.toString().split('tick').length - 1));
  while (ticks < 5) await wait(50);
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('it has ended');
  return { tree: { identity, processGroup: identity.pid, token: 'ticking-token' }, ticks: () => ticks };
}

const heldOf = (tree: ProcessTree): boolean[] => findTree(tree).map(({ stopped }) => stopped);

describe('a held process tree', () => {
  it('does nothing until it is let go on', async () => {
    const { tree, ticks } = await startTicking();
    expect(heldOf(tree)).toEqual([false, false]);
    expect(await pauseTree(tree)).toBe(2);
    expect(heldOf(tree)).toEqual([true, true]);
    await wait(200);
    const before = ticks();
    await wait(600);
    expect(ticks()).toBe(before);
    await resumeTree(tree);
    expect(heldOf(tree)).toEqual([false, false]);
    while (ticks() < before + 4) await wait(50);
  });

  it('cannot be made of nothing, and nothing is left to let go on', async () => {
    const { tree } = await startTicking();
    process.kill(-(tree.identity?.pid ?? 0), 'SIGKILL');
    while (findTree(tree).length > 0) await wait(20);
    await expect(pauseTree(tree)).rejects.toThrow('no process of it is running');
    await resumeTree(tree);
    children.length = 0;
  });
});

describe('the fault pause', () => {
  const spec = { kind: 'pause' } as const;
  const on = (tree: ProcessTree) => ({
    process: { name: 'target', standing: standingFor(tree) },
    stopping: new AbortController().signal,
  });

  it('is journalled, in effect, kept, and undone', async () => {
    const { tree, ticks } = await startTicking();
    const tracker = memoryTracker();
    const forMicros = 800_000;
    const injection = await injectOnProcess({ id: 'still', spec, ...on(tree), forMicros, tracker });
    expect(tracker.outstanding()).toMatchObject([{ kind: 'paused-process' }]);
    expect(heldOf(tree)).toEqual([true, true]);
    await wait(800);
    const before = ticks();
    const result = await injection.clear();
    expect(result).toMatchObject({ status: 'undone', note: null, traffic: { status: 'unknown' } });
    expect(result.fidelity.map(({ name, status }) => [name, status])).toEqual([
      ['effect', 'within'],
      ['duration', 'within'],
      ['kept', 'within'],
    ]);
    expect(tracker.outstanding()).toEqual([]);
    while (ticks() < before + 4) await wait(50);
  });

  it('that somebody else has undone meanwhile is not taken for kept', async () => {
    const { tree } = await startTicking();
    const tracker = memoryTracker();
    const forMicros = 300_000;
    const injection = await injectOnProcess({ id: 'still', spec, ...on(tree), forMicros, tracker });
    await resumeTree(tree);
    await wait(300);
    const { fidelity } = await injection.clear();
    expect(fidelity.find(({ name }) => name === 'kept')?.status).toBe('outside');
  });

  it('can be undone by another process, from the journal alone', async () => {
    const { tree } = await startTicking();
    const tracker = memoryTracker();
    await injectOnProcess({ id: 'still', spec, ...on(tree), forMicros: 1e6, tracker });
    const data: unknown = JSON.parse(JSON.stringify(tracker.outstanding()[0]?.data));
    const limits = { graceMs: 1_000, callTimeoutMs: 1_000 };
    const from = data as Parameters<typeof pausedProcessUndo.undo>[0];
    expect(await pausedProcessUndo.verify(from, null, limits)).toMatch(
      /^still held: process \d+ \d+; .*kill -CONT/,
    );
    await pausedProcessUndo.undo(from, null, limits);
    expect(await pausedProcessUndo.verify(from, null, limits)).toBe('gone');
    expect(heldOf(tree)).toEqual([false, false]);
  });
});
