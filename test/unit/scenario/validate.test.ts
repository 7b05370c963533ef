import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/scenario/diagnostics.ts';
import { validateFiles } from '../../../src/scenario/validate.ts';
import { fixtures } from './read-fixture.ts';

const code = [
  'runs code: variant before of target rag: `node dist/server.js`',
  'runs code: variant after of target rag: `node dist/server.js`',
  'runs code: dependency llm of target rag: `node dist/llm.js`',
  'runs code: client extension of target rag: `node dist/extension.js`',
  'runs code: prepare of target rag: `node dist/seed.js`',
];

test('scenarios and targets are told apart by their keys, and what they run is said', async () => {
  expect(await validateFiles(['scenarios/rag.yml', 'target.yml'], fixtures)).toEqual([
    { file: 'scenarios/rag.yml', kind: 'scenario', diagnostics: [], notes: code },
    { file: 'target.yml', kind: 'target', diagnostics: [], notes: code },
  ]);
});

test('every problem of every file is told, each in its file', async () => {
  const validated = await validateFiles(['wrong-target.yml', 'unrelated.json', 'missing.yml'], fixtures);
  expect(validated.map(({ kind, diagnostics }) => [kind, ...diagnostics.map(formatDiagnostic)])).toEqual([
    [
      'target',
      'wrong-target.yml:3:13: unknown key "strat" — did you mean "start"?',
      'wrong-target.yml:4:16: `compose` is not supported by this version',
      'wrong-target.yml:6:8: a ready check is written like `GET /ready within 60s` (a path, then a duration with its unit)',
      'wrong-target.yml:8:24: only `postgres` can be provided',
      'wrong-target.yml:9:1: unknown key "secret" — did you mean "secrets"?',
    ],
    [
      'unknown',
      'unrelated.json:1:1: neither a scenario (it would have `flows` and `load`) nor a target (it would have `variants`)',
    ],
    ['unknown', 'missing.yml: no such file'],
  ]);
});
