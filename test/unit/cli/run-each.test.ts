// Several scenario files in one command: the worst exit code stays the worst, what was run is told, what was not is named.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Output } from '../../../src/cli/output.ts';
import { runEach } from '../../../src/cli/run-each.ts';
import { type ExitCode, MettleError } from '../../../src/kernel/errors.ts';
import type { LoadedScenario } from '../../../src/scenario/load.ts';

const files = ['a.yml', 'b.yml', 'c.yml'];
const loaded = files.map((file) => ({ scenario: { name: file[0], file } }) as unknown as LoadedScenario);

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

type Act = (stop: () => void) => ExitCode;

/** What is done with each file, in order; the others pass. */
async function running(...acts: readonly Act[]) {
  const controller = new AbortController();
  const documents: unknown[] = [];
  const ran: string[] = [];
  const output = {
    document: (value: unknown) => documents.push(value),
    options: { json: true, quiet: true, debug: false },
  } as unknown as Output;
  const exitCode = await runEach(loaded, output, controller.signal, async ({ scenario }, gathering) => {
    const act = acts[ran.length] ?? (() => 0);
    ran.push(scenario.file ?? '');
    const code = act(() => controller.abort());
    gathering.document({ ran: scenario.file, code });
    return await Promise.resolve(code);
  });
  expect(documents).toHaveLength(1);
  return { exitCode, ran, list: documents[0] };
}

const notRun = (file: string, exitCode: ExitCode) => ({
  ...{ scenario: { name: file[0], file }, exitCode },
  error: expect.stringContaining('not run') as string,
});
const throwing = (error: Error) => () => {
  throw error;
};
const interrupted = new MettleError({ code: 'INTERRUPTED', message: 'interrupted', exitCode: 130 });
const undoFailed = new MettleError({ code: 'UNDO_FAILED', message: 'left', exitCode: 4 });

test('all of them are run, and the worst code counts', async () => {
  const { exitCode, ran, list } = await running(
    () => 1,
    throwing(new MettleError({ code: 'X', message: 'cannot start' })),
  );
  expect({ exitCode, ran }).toEqual({ exitCode: 2, ran: files });
  expect(list).toEqual([
    { ran: 'a.yml', code: 1 },
    { scenario: { name: 'b', file: 'b.yml' }, error: 'cannot start', exitCode: 2 },
    { ran: 'c.yml', code: 0 },
  ]);
  expect(said).toBe('mettle: cannot start\n');
});

test.each<[string, Act]>([
  ['told', () => 4],
  ['thrown', throwing(undoFailed)],
])('after an undo that failed (%s) nothing more is measured on top of it', async (_how, act) => {
  const { exitCode, ran, list } = await running(act);
  expect({ exitCode, ran }).toEqual({ exitCode: 4, ran: ['a.yml'] });
  expect((list as unknown[]).slice(1)).toEqual([notRun('b.yml', 4), notRun('c.yml', 4)]);
  expect(said).toContain('left something behind; not run: b.yml, c.yml\n');
  expect(said).toContain('mettle chaos rollback');
});

test('Ctrl-C does not outrank an undo that failed, nor lose the documents', async () => {
  const { exitCode, list } = await running((stop) => {
    stop();
    return 4;
  });
  expect(exitCode).toBe(4);
  expect((list as unknown[])[0]).toEqual({ ran: 'a.yml', code: 4 });
});

test.each<[string, Act]>([
  ['told by the run', () => 130],
  ['thrown', throwing(interrupted)],
])('after an interruption (%s) the others are named, and what was run is told', async (_how, act) => {
  const { exitCode, ran, list } = await running(
    () => 1,
    (stop) => {
      stop();
      return act(stop);
    },
  );
  expect({ exitCode, ran }).toEqual({ exitCode: 130, ran: ['a.yml', 'b.yml'] });
  expect(list).toMatchObject([{ ran: 'a.yml', code: 1 }, {}, notRun('c.yml', 130)]);
  expect(said).toContain('mettle: interrupted; not run: c.yml\n');
});

test('between two files Ctrl-C is told as well; after the last one it changes nothing', async () => {
  const stopping: Act = (stop) => {
    stop();
    return 0;
  };
  expect(await running(stopping)).toMatchObject({ exitCode: 130, ran: ['a.yml'] });
  expect(
    await running(
      () => 0,
      () => 0,
      stopping,
    ),
  ).toMatchObject({ exitCode: 0, ran: files });
});

test('after a bug nothing more is run, and what was run is told', async () => {
  const { exitCode, ran, list } = await running(() => 1, throwing(new TypeError('oh')));
  expect({ exitCode, ran }).toEqual({ exitCode: 1, ran: ['a.yml', 'b.yml'] });
  expect(list).toMatchObject([{ ran: 'a.yml', code: 1 }, { error: 'oh', exitCode: 3 }, notRun('c.yml', 3)]);
});
