// The identity of a scenario: two runs are comparable only when they did the same thing.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/json.ts';
import type { Scenario } from './scenario.ts';

/**
 * SHA-256 (hex) of what the scenario does to its target: all of it but the variant, the seed and where files and servers
 * are. The target counts by its name.
 */
export function scenarioHash(scenario: Omit<Scenario, 'hash'>, targetName: string): string {
  const { file: _file, variant: _variant, seed: _seed, target: _target, files, ...same } = scenario;
  const contents = Object.fromEntries(Object.entries(files).map(([path, { sha256 }]) => [path, sha256]));
  return createHash('sha256')
    .update(canonicalJson({ ...same, files: contents, target: targetName }))
    .digest('hex');
}
