// Secrets that a scenario reads and nobody has set: refused before anything starts.

import { expect, it } from 'vitest';
import { defaultHttpSettings, defaultTlsSettings } from '../../../src/engines/settings.ts';
import { stepInputSchemas } from '../../../src/engines/registry.ts';
import { refuseUnsetSecrets } from '../../../src/run/secrets-set.ts';
import type { Step } from '../../../src/scenario/scenario.ts';
import { flowOf } from '../../support/load-plans.ts';

const scenario = (...steps: Step[]) => ({
  flows: { main: flowOf(steps) },
  http: defaultHttpSettings,
  tls: defaultTlsSettings,
});
const reads = (name: string): Step =>
  stepInputSchemas.http.parse({
    http: 'GET /',
    headers: { authorization: `Bearer {{base64(env.${name})}}` },
  });

it('names each variable that is missing, once', () => {
  const flow = scenario(
    reads('A'),
    { kind: 'if', condition: 'env.B == "x"', then: [reads('A'), reads('C')], else: [] },
    { kind: 'repeat', times: 2, forMicros: null, everyMicros: null, steps: [reads('D')] },
  );
  expect(() => refuseUnsetSecrets(flow, { C: 'set', D: '' })).toThrow(
    expect.objectContaining({
      code: 'SECRET_NOT_SET',
      exitCode: 2,
      message: 'the scenario reads A, D, B, and they are not set',
    }),
  );
});

it('looks at settings, too', () => {
  const settings = { ...scenario(reads('A')), tls: { ...defaultTlsSettings, passphrase: '{{env.PASS}}' } };
  expect(() => refuseUnsetSecrets(settings, { A: 'a' })).toThrow('reads PASS, and it is not set');
});

it('says nothing when all are set, or none is read', () => {
  expect(() => refuseUnsetSecrets(scenario(reads('A')), { A: 'a' })).not.toThrow();
  const text = stepInputSchemas.http.parse({ http: 'GET /env.A', text: 'env.A {{ \\{{env.B}}' });
  expect(() => refuseUnsetSecrets(scenario(text), {})).not.toThrow();
});
