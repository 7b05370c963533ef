// Steps against each other and the target: series named once, clients and sockets that exist, an address to send to.

import type { WsConnectStep } from '../../engines/ws-step.ts';
import type { TargetSpec } from '../../system/target-spec.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import type { Flow } from '../scenario.ts';
import { allSteps, type PlacedStep, seriesOf, stepsOfFlow } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';
import { unknown } from './load.ts';

export const checkSteps: Check = ({ scenario, target }) => [
  ...checkNames(allSteps(scenario.flows)),
  ...allSteps(scenario.flows).flatMap((placed) => checkAddress(placed, target)),
  ...Object.values(scenario.flows).flatMap(checkSockets),
];

/** Two steps of one name would be pooled into one series without a word. */
function checkNames(steps: readonly PlacedStep[]): Problem[] {
  const seen = new Set<string>();
  return steps.flatMap((placed): Problem[] => {
    const name = seriesOf(placed);
    if (name === undefined) return [];
    const path = [...placed.path, 'name'];
    if (name.startsWith('flow:')) {
      return [
        {
          path,
          part: 'value',
          message: `${quoted(name)} is a name of iterations`,
          suggestion: 'choose one without "flow:"',
        },
      ];
    }
    if (seen.has(name)) {
      return [
        {
          path,
          part: 'value',
          message: `two steps are named ${quoted(name)}`,
          suggestion: 'give each a `name` of its own',
        },
      ];
    }
    seen.add(name);
    return [];
  });
}

function checkAddress({ step, path }: PlacedStep, target: TargetSpec): Problem[] {
  if (step.kind !== 'http' && step.kind !== 'ws') return [];
  if (step.kind === 'http' && step.via !== null) {
    const clients = Object.keys(target.clients);
    const known = clients.includes(step.via);
    return known
      ? []
      : [{ path: [...path, 'via'], part: 'value', ...unknown('client of the target', step.via, clients) }];
  }
  const url = step.kind === 'http' ? step.url : step.action === 'connect' ? step.url : null;
  if (url === null || !url.startsWith('/')) return [];
  const has =
    target[step.kind] !== null ||
    Object.values(target.variants).some((v) => v.kind === 'url' && v[step.kind] !== null);
  if (has) return [];
  const message = `the target ${quoted(target.name)} has no \`${step.kind}\` address to send this to`;
  return [{ path: [...path, step.kind], part: 'value', message }];
}

/** What is sent again on a new connection was sent on the old one. */
function checkResends(flow: Flow, connect: WsConnectStep, path: Path): Problem[] {
  const sends = stepsOfFlow(flow).flatMap(({ step }) =>
    step.kind === 'ws' && step.action === 'send' && step.socket === connect.socket ? [step.name] : [],
  );
  return (connect.reconnect?.resend ?? []).flatMap((name, index): Problem[] =>
    sends.includes(name)
      ? []
      : [
          {
            path: [...path, 'resend', index],
            part: 'value',
            ...unknown(`send on "${connect.socket}"`, name, sends),
          },
        ],
  );
}

/** `ws: send feed` needs a `ws: connect …` with `as: feed` before it in its flow. */
function checkSockets(flow: Flow): Problem[] {
  const open = new Set<string>();
  return stepsOfFlow(flow).flatMap(({ step, path }): Problem[] => {
    if (step.kind !== 'ws') return [];
    if (step.action === 'connect') {
      open.add(step.socket);
      return checkResends(flow, step, path);
    }
    if (open.has(step.socket)) return [];
    const { message, suggestion } = unknown('socket', step.socket, [...open]);
    const fallback = 'connect it before, with `as:`';
    return [
      { path: [...path, 'ws'], part: 'value', message, suggestion: open.size === 0 ? fallback : suggestion },
    ];
  });
}
