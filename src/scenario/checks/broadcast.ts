// Broadcasts: copies that can be told apart, fixed words to know them by, and subscribers that exist.

import { compileJsonPath } from '../../engines/json-path.ts';
import { canJoin, isInside, isPublishing, joinedByDefault } from '../broadcast-joined.ts';
import type { PublishingStep } from '../broadcast-joined.ts';
import { quoted } from '../issue-words.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { Scenario } from '../scenario.ts';
import { allSteps, type PlacedStep } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';
import { unknown } from './load.ts';

export const checkBroadcasts: Check = ({ scenario, written }) => {
  const steps = allSteps(scenario.flows);
  return steps.flatMap((placed): Problem[] => {
    const { step } = placed;
    if (!isPublishing(step)) return [];
    const path = [...placed.path, 'broadcast'];
    return [
      ...checkMatch(step, path),
      ...checkIdentity(step, path),
      ...checkJoined(step, path, steps, valueAt(written, [...path, 'joined'])),
      ...checkDefault(placed, path, steps, written),
      ...checkAudience(step, path, scenario, steps),
    ];
  });
};

const wrong = (path: Path, message: string, suggestion?: string): Problem => ({
  path,
  part: 'value',
  message,
  suggestion,
});

/** Does a template stand in it? (Whether it is a right one is for the check of templates to say.) */
function varies(value: unknown): boolean {
  if (typeof value === 'string') return /(^|[^\\])\{\{/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(varies);
}

/** Every received message is compared, whoever received it: there is no user whose values could be filled in. */
function checkMatch({ broadcast }: PublishingStep, path: Path): Problem[] {
  return (broadcast?.match ?? []).flatMap((check): Problem[] => {
    if (check.expect !== 'equals' || !varies(check.value)) return [];
    const suggestion = 'which message it is a copy of is told by `id`';
    return [wrong([...path, 'match', check.path], '`match` of a broadcast holds no templates', suggestion)];
  });
}

/** The identity must be there and differ from message to message, or copies could not be told apart. */
function checkIdentity({ broadcast, message }: PublishingStep, path: Path): Problem[] {
  if (broadcast === null) return [];
  const at = [...path, 'id'];
  if (message.kind === 'binary') return [wrong(at, 'a binary message has no JSONPath to its identity')];
  const suggestion = 'give each message one of its own, such as "{{uuid}}"';
  const same = wrong(at, 'every message would have the same identity', suggestion);
  if (message.kind === 'text') return varies(message.text) ? [] : [same];
  const [found] = compileJsonPath(broadcast.sentId)(message.value);
  if (found === undefined) return [wrong(at, `the message that is sent has nothing at ${broadcast.sentId}`)];
  if (typeof found === 'object') return [wrong(at, `what is at ${broadcast.sentId} is no text or number`)];
  return varies(found) ? [] : [same];
}

function checkJoined(
  { broadcast }: PublishingStep,
  path: Path,
  steps: readonly PlacedStep[],
  written: unknown,
): Problem[] {
  if (broadcast === null || written === undefined) return [];
  const known = steps.flatMap(({ step }) => (canJoin(step) ? [step.name] : []));
  return broadcast.joined.flatMap((name, index): Problem[] => {
    if (known.includes(name)) return [];
    const at = [...path, 'joined', ...(Array.isArray(written) ? [index] : [])];
    const exists = steps.some(({ step }) => 'name' in step && step.name === name);
    if (!exists) return [wrong(at, ...wordsOf(unknown('WebSocket step', name, known)))];
    const suggestion = 'name a `ws` step that connects, sends or awaits';
    return [wrong(at, `the step ${quoted(name)} does not make a socket a subscriber`, suggestion)];
  });
}

const wordsOf = ({ message, suggestion }: { message: string; suggestion?: string }) =>
  [message, suggestion] as const;

/** A default that may never be run would leave every message without an audience. */
function checkDefault(
  placed: PlacedStep,
  path: Path,
  steps: readonly PlacedStep[],
  written: unknown,
): Problem[] {
  if (valueAt(written, [...path, 'joined']) !== undefined) return [];
  const own = steps.filter(({ flow }) => flow === placed.flow);
  const joined = joinedByDefault(placed, own);
  // Without any step on this socket the check of sockets has spoken.
  if (joined === undefined) return [];
  const branch = own.find(({ step, path: at }) => step.kind === 'if' && isInside(joined.path, at));
  if (branch === undefined || isInside(placed.path, branch.path)) return [];
  return [wrong(path, 'who is a subscriber depends on a branch', 'name the step with `joined`')];
}

/** Publishers whose subscribers are in no load would speak to nobody, and nothing would be missing. */
function checkAudience(
  { broadcast }: PublishingStep,
  path: Path,
  { load }: Pick<Scenario, 'load'>,
  steps: readonly PlacedStep[],
): Problem[] {
  const joined = steps.filter(({ step }) => canJoin(step) && broadcast?.joined.includes(step.name));
  const loaded = new Set(load.flatMap((entry) => entry.flows));
  if (joined.length === 0 || joined.some(({ flow }) => loaded.has(flow))) return [];
  const names = [...new Set(joined.map(({ flow }) => quoted(flow)))].join(', ');
  return [wrong([...path, 'joined'], `nobody would be a subscriber: ${names} is not in the load`)];
}
