// `during <phase>[, <phase>…]`: which phases there are, and which metrics can be asked for in them.

import { Refusal, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Head } from './parse-measure.ts';
import { suggestionFor } from './suggest.ts';

interface Phase {
  readonly name: string;
  readonly at: number;
}

export interface During {
  readonly at: number;
  readonly phases: readonly Phase[];
}

function phaseOf(cursor: Cursor): Phase {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[\w.:-]+/y);
  if (name === null) throw new Refusal('expected a phase', at, 'e.g. `during steady` or `during fault:<id>`');
  if (name === 'steady' || name === 'warmup' || /^(?:fault|recovery):.+$/.test(name)) return { name, at };
  const known = ['steady', 'warmup', 'fault:<id>', 'recovery:<id>'];
  throw new Refusal(`unknown phase \`${name}\``, at, suggestionFor(name, known));
}

/** The phases that stand here; null when none do. */
export function duringOf(cursor: Cursor): During | null {
  skipSpace(cursor);
  const at = cursor.at;
  if (take(cursor, /during\b/y) === null) return null;
  const phases = [phaseOf(cursor)];
  while (take(cursor, /,/y) !== null) phases.push(phaseOf(cursor));
  return { at, phases };
}

/** Throws Refusal where a metric has a time of its own. */
export function checkPhases({ metric, name }: Head, { at, phases }: During): void {
  if (metric.subject === 'fault')
    throw new Refusal(`\`${name}\` looks at the fault's own time`, at, 'leave out `during`');
  const other = phases.find((phase) => !phase.name.startsWith('fault:'));
  if (metric.subject === 'link' && other !== undefined)
    throw new Refusal(`\`${name}\` looks at faults`, other.at, 'write `during fault:<id>`, or leave it out');
}
