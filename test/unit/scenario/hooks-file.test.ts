// What a hooks module exports, read without running it.

import { describe, expect, it } from 'vitest';
import { hookExports } from '../../../src/scenario/hooks-file.ts';
import { changed, examine, problemsOf } from './read-fixture.ts';

describe('the exports of a module', () => {
  it.each([
    ['export function a() {}\nexport async function b() {}', ['a', 'b']],
    ['export const a = () => 1, b = 2;\nexport let c;', ['a', 'b', 'c']],
    ['const a = 1; export { a, a as b, a as "c d" };', ['a', 'b', 'c d']],
    ['export const { a, b: { c }, ...d } = {}, [e = 1, ...f] = [];', ['a', 'c', 'd', 'e', 'f']],
    ['export class A {}\nexport * as b from "./b.js";', ['A', 'b']],
    ['export default function a() {}', []],
    ['throw new Error("never run"); process.exit(1);', []],
  ])('%s', async (source, names) => {
    expect(await hookExports(source, 'hooks.js')).toEqual({ names, isWhole: true });
  });

  it('are not all known when it hands on those of another', async () => {
    expect(await hookExports('export * from "./b.js"; export const a = 1;', 'hooks.js')).toEqual({
      names: ['a'],
      isWhole: false,
    });
  });

  it('are those of TypeScript without its types', async () => {
    const source = `import type { X } from './x.ts';
export type Y = X; export interface Z { a: string }
export const sign = async <T extends X>(context: T, { a }: Z): Promise<string> => a satisfies string;`;
    expect(await hookExports(source, 'hooks.ts')).toEqual({ names: ['sign'], isWhole: true });
  });
});

describe('what is no module', () => {
  it.each([
    ['hooks.js', 'export const a = 1;\nexport const = 2;', 'hooks.js:2:14: Unexpected token'],
    ['hooks.js', 'export const a: number = 1;', 'hooks.js:1:15: Unexpected token'],
    ['hooks.js', 'module.exports = { a( };', 'hooks.js:1:23: Unexpected token'],
    [
      'hooks.ts',
      '\n  export enum A { B }',
      'hooks.ts:2:10: TypeScript enum is not supported in strip-only mode',
    ],
    ['hooks.mts', 'const x: = 3;', /^hooks\.mts:1:10: Unexpected token `=`/],
  ])('%s: %s', async (file, source, message) => {
    await expect(hookExports(source, file)).rejects.toThrow(message);
  });
});

describe('a scenario with hooks', () => {
  const text = changed('seed: 42', 'seed: 42\nhooks: hooks.mts').replace(
    '- think: 200ms..800ms',
    "- call: signRequest\n        with: { body: '{{answerId}}' }\n        capture: signature\n        sets: [signedWith]\n" +
      "      - { http: 'POST /sign', json: ['{{signature}}', '{{signedWith}}'] }",
  );

  it('knows what a call keeps, and whose content it is made of', async () => {
    const { loaded, diagnostics } = await examine(text);
    expect(diagnostics).toEqual([]);
    const call = loaded?.scenario.flows['ask']?.steps[1];
    expect(call).toMatchObject({ kind: 'call', function: 'signRequest', module: 'hooks.mts' });
    expect(loaded?.scenario.files['hooks.mts']?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('checks the templates of its input', async () => {
    expect(await problemsOf(text.replace("'{{answerId}}' }", "'{{answerd}}' }"))).toEqual([
      'rag.yml:19:26: nothing is called {{answerd}} here — did you mean "answerId"?',
    ]);
  });
});
