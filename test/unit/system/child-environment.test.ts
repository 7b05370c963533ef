// What a child may know.

import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../../src/system/child-environment.ts';

const own = {
  PATH: '/bin',
  HOME: '/home/me',
  AWS_SECRET: 'x',
  TOKEN: 't',
  NODE_ENV: 'development',
  NODE_OPTIONS: '--inspect',
};

describe('the environment of a child', () => {
  it('is a short list, the declared secrets and what is declared, in earnest mode', () => {
    expect(childEnvironment({ own, secrets: ['TOKEN', 'UNSET'], declared: [{ MODE: 'after' }] })).toEqual({
      ...{ NODE_ENV: 'production', PATH: '/bin', HOME: '/home/me', TOKEN: 't', MODE: 'after' },
    });
  });

  it('is decided by what is declared last', () => {
    const declared = [
      { MODE: 'after', PATH: '/variant', NODE_ENV: 'test' },
      { MODE: 'override' },
      { PORT: '1' },
    ];
    expect(childEnvironment({ own, secrets: [], declared })).toEqual({
      ...{ NODE_ENV: 'test', PATH: '/variant', HOME: '/home/me', MODE: 'override', PORT: '1' },
    });
  });
});
