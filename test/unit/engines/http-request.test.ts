// What is built once for a step, and what for each request.

import { describe, expect, it } from 'vitest';
import type { EngineEnvironment } from '../../../src/engines/engine.ts';
import { compileJudge } from '../../../src/engines/http-judge.ts';
import { compileRequest } from '../../../src/engines/http-request.ts';
import { httpStepInput } from '../../../src/engines/http-step.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../../../src/engines/settings.ts';
import { templates } from '../../../src/scenario/templates.ts';
import { hostGate } from '../../../src/faults/pins.ts';
import { plainScope } from '../../support/engine-users.ts';

const environment: EngineEnvironment = {
  addresses: { http: 'http://127.0.0.1:1', ws: undefined, clients: {} },
  http: { ...defaultHttpSettings, headers: { 'x-all': 'a' }, auth: { kind: 'bearer', token: 'abc' } },
  tls: defaultTlsSettings,
  env: {},
  observer: { observe: () => undefined, tally: () => undefined },
  isAllowedHost: () => true,
  hosts: hostGate({}, []),
  file: (written) => written,
  templates,
  nowMicros: () => 0,
  redact: (text) => text,
};

const noFile = () => ({ bytes: 3, content: Buffer.from('abc'), open: () => expect.unreachable() });

const compile = (written: Record<string, unknown>) => {
  const step = httpStepInput.parse({ http: 'POST /a', ...written });
  return { build: compileRequest(step, environment, noFile), judge: compileJudge(step, environment) };
};

describe('a step without templates', () => {
  it.each([
    {},
    { json: { a: 1 }, query: { b: 2 }, headers: { c: 'd' } },
    { form: { a: 'b' } },
    { text: 'x' },
    { file: 'x.bin' },
    { multipart: { a: 'b', c: { file: 'd' } } },
    { auth: { basic: { user: 'a', password: 'b' } }, compression: true },
    { expect: { json: { '$.a': 1 }, headers: { b: 'c' }, text: 'd', size: '1B', duration: '< 1s' } },
    { capture: { a: '$.a', b: 'status' } },
  ])('is built once: %j', (written) => {
    const { build, judge } = compile(written);
    const scope = plainScope();
    expect(build(scope)).toBe(build(plainScope({ other: 1 })));
    expect(judge.bind(scope)).toBe(judge.bind(plainScope({ other: 1 })));
  });
});

describe('a step with a template', () => {
  it.each([
    { json: { a: '{{user}}' } },
    { multipart: { a: '{{user}}' } },
    { auth: { bearer: '{{user}}' } },
    { auth: { basic: { user: 'a', password: '{{user}}' } } },
    { headers: { a: '{{user}}' } },
  ])('is built for each request: %j', (written) => {
    const { build } = compile(written);
    const [one, other] = [build(plainScope({ user: 1 })), build(plainScope({ user: 2 }))];
    expect(JSON.stringify(one.request)).not.toBe(JSON.stringify(other.request));
  });

  it.each([{ json: { '$.a': '{{user}}' } }, { headers: { a: '{{user}}' } }, { text: '{{user}}' }])(
    'is expected to answer differently: %j',
    (expectation) => {
      const { judge } = compile({ expect: expectation });
      expect(judge.bind(plainScope({ user: 1 }))).not.toBe(judge.bind(plainScope({ user: 1 })));
    },
  );
});

it('keeps no more of a body than is looked at', () => {
  expect(compile({}).judge.keepBytes(200)).toBe(0);
  expect(compile({ expect: { status: 404 } }).judge.keepBytes(404)).toBe(0);
  expect(compile({}).judge.keepBytes(500)).toBe(2_048);
  expect(compile({ capture: { a: 'status', b: { header: 'c' } } }).judge.keepBytes(200)).toBe(0);
  expect(compile({ expect: { size: '1B' } }).judge.keepBytes(200)).toBeGreaterThan(1_000_000);
  expect(compile({ expect: { json: { '$.a': 1 } } }).judge.keepBytes(200)).toBeGreaterThan(1_000_000);
  expect(compile({ stream: 'events', expect: { json: { '$.a': 1 } } }).judge.keepBytes(200)).toBe(0);
});
