// Whether a run came to nothing through the generator or the machine: only then it may be made again, or left out.

import { placeOf } from '../faults/registry.ts';
import type { FaultRecord, RunRecord } from '../record/schema.ts';

const deathOfThread = 'a load thread died: ';

/** The ground of a run one of whose load threads died. */
export const threadDied = (thread: string): string => `${deathOfThread}${thread}`;

/**
 * The generator or the machine was at fault, and nothing that may be the target's doing was. A target that gave no good
 * answer at all may itself be what the generator broke at: connections that are refused use up its ports.
 */
export function isEnvironmental(run: RunRecord): boolean {
  if (run.verdict.status !== 'invalid' || run.stoppedBy !== null || !hasGoodAnswer(run)) return false;
  const unfaithful = run.faults.some((fault) => fault.fidelity.some((check) => check.status === 'outside'));
  const untested = run.faults.some(
    ({ status, traffic, heldBackBy }) =>
      traffic.status === 'missed' || (status === 'not injected' && heldBackBy === undefined),
  );
  const targets = run.faults.some(mayBeTheTargets);
  return (run.health.level === 'saturated' || unfaithful || lostThread(run)) && !untested && !targets;
}

/** Checks of what a fault hits, not of how it was brought about: it ended, came back or was started anew in its own way. */
const itsOwn = [
  ...['container', 'kept', 'ended', 'ready again', 'runs again'],
  ...['down', 'started again', 'started again by itself'],
];

/** A crash, a slow end or a start that fails under a fault is the target's doing, and what the run shows. */
function mayBeTheTargets({ kind, on, fidelity }: FaultRecord): boolean {
  const place = placeOf(kind, on);
  if (place === 'link') return false;
  // Faults on containers wait for each other: what is late there may be late because another would not end.
  const names = place === 'container' ? [...itsOwn, 'begin'] : itsOwn;
  // Of several containers each check has the container's name before its own.
  return fidelity.some(
    ({ name, status }) => status === 'outside' && names.includes(name.replace(/^.*: /, '')),
  );
}

/** After the warm-up, which no verdict looks at. */
const hasGoodAnswer = ({ series }: RunRecord): boolean =>
  series.some(({ kind, ok }) => kind === 'step' && ok > 0);

const lostThread = ({ verdict }: RunRecord): boolean =>
  verdict.reasons.some((reason) => reason.startsWith(deathOfThread));
