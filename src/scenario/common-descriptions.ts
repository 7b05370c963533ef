// What the keys mean that records of runs and of comparisons share, by the end of a key's path.

import type { Descriptions } from './key-descriptions.ts';

export const commonDescriptions: Descriptions = {
  formatVersion: 'Raised when the meaning or shape of the record changes.',
  id: 'The identity of this record, or of the thing named.',
  name: 'The name.',
  scenario: 'The scenario that was run.',
  'scenario.file': 'Its file; null when it had none.',
  'scenario.hash':
    'SHA-256 of the scenario without variant, seed and file paths: only equal ones are compared.',
  seed: 'Everything random derives from it.',
  startedAt: 'ISO 8601, UTC.',
  command: 'The command that repeats this.',
  notes: 'Worth telling, but no reason of the verdict.',
  environment: 'Where it was measured.',
  verdict: 'The verdict and what it rests on.',
  'verdict.status': 'The verdict in one word.',
  reasons: 'One sentence each.',
  'verdict.exitCode': 'The exit code of the command.',
  unit: 'Unit of the values beside it.',
  severity: 'What breaking the promise means.',
  limit: 'The limit, in the unit of the metric.',
  text: 'The promise as written.',
  metric: 'The metric as written.',
  status: 'The outcome in one word.',
  reason: 'One sentence that says why.',
};
