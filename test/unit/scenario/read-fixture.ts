// The example scenario of these tests, with one thing changed at a time.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic, sortDiagnostics } from '../../../src/scenario/diagnostics.ts';
import { examineScenario, type ExaminedScenario } from '../../../src/scenario/load.ts';
import { parseSource } from '../../../src/scenario/yaml-document.ts';

export const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
export const scenarioFile = `${fixtures}/scenarios/rag.yml`;
export const scenarioText = readFileSync(scenarioFile, 'utf8');

/** The example with the first occurrence of `from` replaced; a text that does not occur is a mistake of the test. */
export function changed(from: string, to: string): string {
  if (!scenarioText.includes(from)) throw new Error(`the fixture does not hold ${JSON.stringify(from)}`);
  return scenarioText.replace(from, () => to);
}

/** What is found in a scenario of this text that lies where the example lies. */
export async function examine(text: string): Promise<ExaminedScenario> {
  const { document, diagnostics } = parseSource('rag.yml', text);
  if (document === undefined) return { loaded: undefined, diagnostics, warnings: [], expanded: null };
  return examineScenario(document, { file: scenarioFile, cwd: fixtures, allow: [] });
}

/** One line per problem, as shown. */
export async function problemsOf(text: string): Promise<string[]> {
  return sortDiagnostics((await examine(text)).diagnostics).map(formatDiagnostic);
}
