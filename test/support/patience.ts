// Whole verifications need minutes of a machine that is not taken away: one that was is told, and tried again.

import type { CliResult } from './cli.ts';

/**
 * Repeats a verification that Mettle itself calls invalid because the generator was starved or a fault not faithful.
 * The last result stands, whatever it is.
 */
export async function untilMeasured(attempts: number, run: () => Promise<CliResult>): Promise<CliResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await run();
    const starved = /the load generator was saturated|asked for/.test(result.stdout);
    if (result.exitCode !== 3 || !starved || attempt >= attempts) return result;
    console.warn(`attempt ${attempt} of ${attempts}: the machine was too busy to measure\n${result.stdout}`);
  }
}
