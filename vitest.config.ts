// Test projects: unit and property need nothing outside the process; the others name what they need and skip loudly.
import { defineConfig } from 'vitest/config';

const project = (name: string, timeoutMs: number, serial = false) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['targets/*/test/**/*.test.ts'] : [])],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: !serial,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000),
      project('property', 60_000),
      project('golden', 20_000),
      project('integration', 90_000, true),
      project('e2e', 600_000, true),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary'] },
  },
});
