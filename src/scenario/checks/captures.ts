// Which captured names have a value where: on every way there, or only on some.

import type { Flow, Step } from '../scenario.ts';
import type { Path } from '../yaml-document.ts';

/** What a template may read at one place, besides feeds and built-in names. */
export interface Names {
  /** Captured on every way that leads there. */
  readonly sure: ReadonlySet<string>;
  /** Captured on some way: in a branch, in an earlier turn, by a step that is not waited for. */
  readonly possible: ReadonlySet<string>;
}

interface Place {
  readonly step: Step;
  readonly path: Path;
}

/** A step as it is met. The condition of an `until` is asked after its steps, so it is met with `after`. */
export type Visit = (place: Place, names: Names, when: 'before' | 'after') => void;

/** What a step keeps for later ones, by name. */
export function capturedBy(step: Step): string[] {
  if (!('capture' in step)) return [];
  const sets = step.kind === 'call' ? step.sets : [];
  return [...step.capture.map(({ name }) => name), ...sets];
}

const capturedIn = (steps: readonly Step[]): string[] =>
  steps.flatMap((step) => {
    if (step.kind === 'if') return capturedIn([...step.then, ...step.else]);
    return step.kind === 'repeat' || step.kind === 'until' ? capturedIn(step.steps) : capturedBy(step);
  });

const union = (a: ReadonlySet<string>, b: Iterable<string>): ReadonlySet<string> => new Set([...a, ...b]);

/** Visits every step with the names known there; returns those known after the last. */
function walk(steps: readonly Step[], path: Path, names: Names, visit: Visit): Names {
  let now = names;
  for (const [index, step] of steps.entries()) now = walkStep(step, [...path, index], now, visit);
  return now;
}

function walkStep(step: Step, path: Path, names: Names, visit: Visit): Names {
  visit({ step, path }, names, 'before');
  if (step.kind === 'if') {
    const taken = walk(step.then, [...path, 'then'], names, visit);
    const other = walk(step.else, [...path, 'else'], names, visit);
    const sure = new Set([...taken.sure].filter((name) => other.sure.has(name)));
    return { sure, possible: union(taken.possible, other.possible) };
  }
  if (step.kind === 'repeat' || step.kind === 'until') {
    // What a turn captures is there in the next one; the first has to do without.
    const possible = union(names.possible, capturedIn(step.steps));
    const after = walk(step.steps, [...path, 'steps'], { sure: names.sure, possible }, visit);
    visit({ step, path }, after, 'after');
    return after;
  }
  const captured = capturedBy(step);
  const waits = !('wait' in step) || step.wait;
  return {
    sure: waits ? union(names.sure, captured) : names.sure,
    possible: union(names.possible, captured),
  };
}

/** `before` first, then `steps`, which see what was captured before. */
export function walkNames({ name, before, steps }: Flow, visit: Visit): void {
  const nothing: Names = { sure: new Set(), possible: new Set() };
  const begun = walk(before, ['flows', name, 'before'], nothing, visit);
  walk(steps, ['flows', name, 'steps'], begun, visit);
}
