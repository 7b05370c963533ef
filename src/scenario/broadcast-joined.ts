// Who is a subscriber when the scenario does not say: the sockets that have done what the publisher did before it spoke.

import type { Flow, Step } from './scenario.ts';
import type { PlacedStep } from './walk-steps.ts';
import { mapSends, stepsOfFlow } from './walk-steps.ts';
import type { Path } from './yaml-document.ts';

type WsStep = Extract<Step, { readonly kind: 'ws' }>;
export type PublishingStep = Extract<WsStep, { readonly action: 'send' }>;

/** A step inside another one: `path` begins with `start`. */
export const isInside = (path: Path, start: Path): boolean =>
  path.length > start.length && start.every((segment, index) => path[index] === segment);

export const isPublishing = (step: Step): step is PublishingStep =>
  step.kind === 'ws' && step.action === 'send' && step.broadcast !== null;

/** Can a socket be a subscriber once this has succeeded? */
export const canJoin = (step: Step): step is WsStep =>
  step.kind === 'ws' && ['connect', 'send', 'await'].includes(step.action) && !isPublishing(step);

/**
 * The last step on the same socket before the publishing one, outside the repetition that it is published in: in
 * `connect, subscribe, repeat [say]` it is `subscribe`. A repetition that also holds the connect is no bound: each of its
 * turns is a new socket. Undefined when there is none.
 */
export function joinedByDefault(
  publishing: PlacedStep,
  steps: readonly PlacedStep[],
): PlacedStep | undefined {
  const { step, path } = publishing;
  if (step.kind !== 'ws') return undefined;
  const before = steps
    .slice(0, steps.indexOf(publishing))
    .filter((other) => canJoin(other.step) && other.step.socket === step.socket);
  const connect = before.findLast((other) => other.step.kind === 'ws' && other.step.action === 'connect');
  if (connect === undefined) return undefined;
  const bound = steps.find(
    (other) =>
      (other.step.kind === 'repeat' || other.step.kind === 'until') &&
      isInside(path, other.path) &&
      !isInside(connect.path, other.path),
  );
  return before.findLast((other) => bound === undefined || !isInside(other.path, bound.path));
}

/** The flow with `joined` of its broadcasts filled in; where nothing fits it stays empty, which the checks refuse. */
export function withJoined(flow: Flow): Flow {
  const steps = stepsOfFlow(flow);
  const joinedOf = new Map(
    steps
      .filter(({ step }) => isPublishing(step))
      .map((placed) => [placed.step, joinedByDefault(placed, steps)?.step] as const),
  );
  const fill = (step: WsStep): WsStep => {
    if (!isPublishing(step) || step.broadcast === null || step.broadcast.joined.length > 0) return step;
    const joined = joinedOf.get(step);
    if (joined?.kind !== 'ws') return step;
    return { ...step, broadcast: { ...step.broadcast, joined: [joined.name] } };
  };
  const filled = (list: readonly Step[]): Step[] =>
    mapSends(list, (step) => (step.kind === 'ws' ? fill(step) : step));
  return { ...flow, before: filled(flow.before), steps: filled(flow.steps) };
}

/**
 * The flows whose sockets take part in a broadcast, as publishers or subscribers: all of them must run in one thread,
 * because only one that sees the sending and every copy can tell how long a copy took and which one is missing.
 */
export function broadcastFlows(flows: Readonly<Record<string, Flow>>): ReadonlySet<string> {
  const steps = Object.values(flows).flatMap(stepsOfFlow);
  const joined = new Set(
    steps.flatMap(({ step }) => (isPublishing(step) ? (step.broadcast?.joined ?? []) : [])),
  );
  const takesPart = ({ step }: PlacedStep): boolean =>
    isPublishing(step) || (step.kind === 'ws' && joined.has(step.name));
  return new Set(steps.filter(takesPart).map(({ flow }) => flow));
}
