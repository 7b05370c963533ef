// Default-deny for everything that a scenario names as a place to send load to, proxies included.

import { describe, expect, it } from 'vitest';
import { defaultHttpSettings } from '../../../src/engines/settings.ts';
import { guardRun } from '../../../src/run/guard-run.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';

const options = { toxiproxyUrl: undefined, allowProduction: false };

function guarded(proxy: string | null, allow: readonly string[] = []): Promise<void> {
  const scenario = { flows: {}, load: [], chaos: [], http: { ...defaultHttpSettings, proxy } };
  const variant = { kind: 'url', http: 'http://127.0.0.1:8080', ws: null, environment: null, limits: null };
  const target = { variants: { it: variant }, allow };
  return guardRun(scenario as unknown as Scenario, target as unknown as TargetSpec, ['it'], options);
}

describe('the proxy of a scenario', () => {
  it('may be on this machine', async () => {
    await expect(guarded(null)).resolves.toBeUndefined();
    await expect(guarded('http://127.0.0.1:3128')).resolves.toBeUndefined();
  });

  it('is refused elsewhere, as any other host that nobody allowed', async () => {
    await expect(guarded('http://203.0.113.9:3128')).rejects.toThrow(/203\.0\.113\.9/);
  });

  it('that is allowed still counts as production without an environment', async () => {
    await expect(guarded('http://203.0.113.9:3128', ['203.0.113.9'])).rejects.toThrow(/production/);
  });
});
