// Test projects: unit and property need nothing outside the process; the others name what they need and skip loudly.
// What measures load or looks for leftovers on the whole machine runs alone, after the rest.
import { defineConfig } from 'vitest/config';

const alone = [
  'test/integration/cli-*.test.ts',
  'test/integration/load*.test.ts',
  'test/integration/watchdog*.test.ts',
];

const project = (
  name: string,
  timeoutMs: number,
  groupOrder: number,
  files: {
    readonly include: string[];
    readonly exclude?: string[];
    readonly setupFiles?: string[];
  },
) => ({
  extends: true as const,
  test: {
    name,
    ...files,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // One stall of a noisy machine takes longer than the second that a poll has by default.
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: groupOrder < 2,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000, 0, { include: ['test/unit/**/*.test.ts', 'targets/*/test/**/*.test.ts'] }),
      project('property', 60_000, 0, {
        include: ['test/property/**/*.test.ts'],
        setupFiles: ['test/support/property-seed.ts'],
      }),
      project('golden', 20_000, 0, { include: ['test/golden/**/*.test.ts'] }),
      project('integration', 90_000, 1, { include: ['test/integration/**/*.test.ts'], exclude: alone }),
      project('integration-alone', 90_000, 2, { include: alone }),
      project('e2e', 1_800_000, 3, { include: ['test/e2e/**/*.test.ts'] }),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary'], reportOnFailure: true },
  },
});
