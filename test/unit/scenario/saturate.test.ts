// What may saturate, and where each thing that may not is pointed at.

import { describe, expect, it, test } from 'vitest';
import { examine, problemsOf } from './read-fixture.ts';

const lines = (steps: string, more = ''): string => `name: the ceiling
target: ../target.yml
variant: after
flows:
  hello:
    steps:
${steps}
  other:
    steps: [{ http: GET /other }]
load:
  - flow: hello
    saturate: { connections: 50, for: 30s }
${more}`;
const plain = "      - { http: 'GET /', name: hello, expect: { status: 200 } }";

describe('a load that saturates', () => {
  it('is fixed requests to one address, with what a run knows beforehand', async () => {
    const steps = `${plain}
      - http: POST /items
        name: items
        headers: { authorization: 'Bearer {{env.RAG_TOKEN}}' }
        query: { page: 2 }
        json: { a: [1, two] }
        timeout: 2s
        onError: continue`;
    const { loaded, diagnostics } = await examine(lines(steps, 'slo: [p95(items) < 2s, error_rate < 1%]'));
    expect(diagnostics).toEqual([]);
    expect(loaded?.scenario.load).toEqual([
      { model: 'saturate', flows: ['hello'], delayMicros: 0, connections: 50, forMicros: 30_000_000 },
    ]);
  });

  test.each([
    [
      '      - think: 1s',
      'rag.yml:7:9: `saturate` sends HTTP requests only, not "think" — load it with `users` instead',
    ],
    [
      "      - { http: 'GET /', capture: { id: $.id } }",
      'rag.yml:7:26: `capture` cannot be used with `saturate` — load it with `users` instead',
    ],
    [
      "      - { http: 'GET /', expect: { text: hello } }",
      'rag.yml:7:36: `saturate` looks at the status of an answer only, not at `text` — load it with `users` instead',
    ],
    [
      "      - { http: 'POST /', json: { id: ['x {{uuid}}'] } }",
      'rag.yml:7:43: what saturates is the same request every time: only `{{env.…}}` may stand in it — load it with `users` instead',
    ],
    [
      "      - { http: 'GET /' }\n      - { http: 'GET http://127.0.0.1:9/b' }",
      'rag.yml:8:17: the steps of a flow that saturates go to one address, and this one to another — load it with `users` instead',
    ],
    [
      "      - { http: 'PURGE /' }",
      'rag.yml:7:17: `saturate` cannot send PURGE — load it with `users` instead',
    ],
  ])('refuses %s', async (steps, problem) => {
    const found = await problemsOf(lines(steps));
    expect(found).toEqual([problem]);
  });

  test.each([
    [
      '  - { flow: other, arrivals: [{ rate: 5/s, for: 10s }] }',
      'rag.yml:12:5: `saturate` takes all the generator has, so load that is due at given times (entry 2 of `load`) cannot run in the same scenario — write a scenario for each',
    ],
    [
      '  - { flow: other, users: [{ users: 5, for: 10s }], every: 1s }',
      'rag.yml:12:5: `saturate` takes all the generator has, so load that is due at given times (entry 2 of `load`) cannot run in the same scenario — write a scenario for each',
    ],
    ['http: { version: 2 }', 'rag.yml:13:18: `saturate` speaks HTTP/1.1 — load it with `users` instead'],
    [
      'http: { redirects: 3 }',
      'rag.yml:13:20: `saturate` follows no redirects — load it with `users` instead',
    ],
  ])('refuses it with %s', async (more, problem) => {
    expect(await problemsOf(lines(plain, more))).toEqual([problem]);
  });

  it('runs beside users without a pace, over a proxy, and from an address', async () => {
    const more = `  - { flow: other, users: [{ users: 5, for: 10s }] }
http: { proxy: 'http://127.0.0.1:3128', localAddress: 127.0.0.1, keepAlive: false }`;
    expect(await problemsOf(lines(plain, more))).toEqual([]);
  });

  it('refuses several flows and `before` steps', async () => {
    const several = lines(plain).replace('flow: hello', 'flow: [hello, other]');
    expect(await problemsOf(several)).toEqual([
      'rag.yml:11:11: `saturate` runs one flow — write an entry for each',
    ]);
    const before = lines(plain).replace('  hello:\n', "  hello:\n    before: [{ http: 'GET /login' }]\n");
    expect(await problemsOf(before)).toEqual([
      'rag.yml:6:5: `saturate` has no users to run `before` steps for — load it with `users` instead',
    ]);
  });

  it('has no due times to have achieved', async () => {
    expect(await problemsOf(lines(plain, "slo: ['achieved(hello) >= 99%']"))).toEqual([
      expect.stringMatching(/^rag\.yml:13:\d+: .*achieved.*/),
    ]);
  });
});
