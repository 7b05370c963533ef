// Each claim hangs on its mechanism and on nothing else: switched off in both variants, that claim is lost and the
// others are kept.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/compare/schema.ts';
import { packagePath } from '../../src/kernel/entry.ts';
import { openWorkspace, recordFolders, type Workspace } from '../support/cli.ts';

const claimOf = {
  INDEXES: 'dashboard-load',
  CACHE: 'response-cached',
  EXTENSION_RETRIES: 'poor-network-failures',
} as const;
const claims = Object.values(claimOf);
const limitMs = 580_000;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

it.each(Object.entries(claimOf))(
  'without %s the claim %s is lost, and the others are kept',
  async (mechanism, lost) => {
    const off = ['--set', `target.env.${mechanism}=off`];
    const scenario = packagePath('scenarios/toxic-detector.yml');
    const result = await workspace.run(['verify', scenario, '--quick', ...off], { limitMs });
    const said = `${result.stdout}\n${result.stderr}`;
    const document: unknown = JSON.parse(
      readFileSync(join(recordFolders(workspace)[0] ?? '', 'comparison.json'), 'utf8'),
    );
    const comparison = comparisonSchema.parse(document);
    const verdicts = Object.fromEntries(comparison.claims.map(({ id, verdict }) => [id, verdict]));
    // Both variants are the same there, so the interval lies on the wrong side of what was claimed.
    const expected = Object.fromEntries(claims.map((id) => [id, id === lost ? 'refuted' : 'confirmed']));
    expect(verdicts, said).toEqual(expected);
    expect(result.exitCode, said).toBe(1);
  },
);
