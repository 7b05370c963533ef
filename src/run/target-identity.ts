// What a run's target is known by besides its name, so that runs which follow each other are of the same thing.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/json.ts';
import type { RunRecord } from '../record/schema.ts';
import type { TargetSpec } from '../system/target-spec.ts';

type Identity = Pick<RunRecord['target'], 'server' | 'settings'>;

/** Enough to tell settings apart, too little to find a value by trying. */
const digestLength = 8;

/** A target file has a name to be known by, wherever its servers are; a mere URL has nothing but itself. */
export function targetIdentity(
  target: Pick<TargetSpec, 'file' | 'variants'>,
  variant: string,
  extraEnv: Readonly<Record<string, string>>,
): Identity {
  const found = target.variants[variant];
  const urls =
    target.file === null && found?.kind === 'url'
      ? [found.http, found.ws].filter((url) => url !== null).join(' ')
      : '';
  return {
    ...(urls === '' ? {} : { server: urls }),
    ...(Object.keys(extraEnv).length === 0 ? {} : { settings: digestOf(extraEnv) }),
  };
}

const digestOf = (extraEnv: Readonly<Record<string, string>>): string =>
  createHash('sha256').update(canonicalJson(extraEnv)).digest('hex').slice(0, digestLength);
