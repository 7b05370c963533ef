// The fault `connections`: a storm of connections to what is behind the link, besides the service's own. Nothing is sent.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MettleError } from '../../kernel/errors.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import { identify } from '../../kernel/process-table.ts';
import { formatRate, parseRate } from '../../kernel/units.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { check, unmeasured } from '../fidelity.ts';
import { textOf } from '../undo/undo-kind.ts';
import { ConnectionStorm } from './connection-storm.ts';
import { requireDescriptors } from './descriptor-room.ts';
import { defineFault } from './network-fault.ts';
import { keepStorm, takeStorm } from './open-storms.ts';
import type { StormSeen } from './storm-tally.ts';

const defaultPerSecond = 1_000;
const mostPerSecond = 5_000;
/** Well inside the ports that one address has for connections to another. */
const mostConnections = 20_000;

const ratePerSecond = z
  .string({ error: (issue) => (issue.input === undefined ? '' : 'must be a rate such as 100/s') })
  .transform((text, context): number => {
    const rate = parseRate(text);
    if (rate !== undefined && rate >= 1 && rate <= mostPerSecond) return rate;
    const message =
      rate === undefined ? `"${text}" is not a rate such as 100/s` : `must be 1/s to ${mostPerSecond}/s`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ examples: ['100/s', '1000/s'] });

const parameters = z.strictObject({
  count: z
    .int('a number of connections is a whole number')
    .positive('at least one connection')
    .max(mostConnections, `at most ${mostConnections} connections`)
    .describe('So many connections are held, besides those of the service.'),
  rate: ratePerSecond
    .optional()
    .describe(`How fast they are opened, and opened again; default: ${defaultPerSecond}/s.`),
  reopen: z
    .boolean()
    .optional()
    .describe('Whether those that the server closes are opened again; default: true.'),
});

const input = z
  .strictObject({ fault: z.literal('connections'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'connections' as const,
    count: written.count,
    ratePerSecond: written.rate ?? defaultPerSecond,
    reopen: written.reopen ?? true,
  }));

type Spec = z.output<typeof input>;

export const connections = defineFault({
  kind: 'connections',
  input,
  parameters: (spec) => ({
    count: String(spec.count),
    rate: formatRate(spec.ratePerSecond),
    reopen: String(spec.reopen),
  }),
  plan(spec, id, link) {
    const self = identify(process.pid);
    if (self === undefined)
      throw new MettleError({ code: 'NO_PROCESS', message: 'this process is not to be found' });
    const { host, port } = link.upstream;
    return {
      kind: 'connections',
      describe: `${spec.count} connections to ${link.name} (fault ${id})`,
      data: { storm: randomUUID(), pid: self.pid, startTime: self.startTime, host, port },
    };
  },
  apply: beginStorm,
  judge: (spec, _seen, intent) => [
    judgeStorm(spec, intent === undefined ? null : takeStorm(textOf(intent.data, 'storm'))),
  ],
});

async function beginStorm({ count, ratePerSecond, reopen }: Spec, { data }: UndoIntent): Promise<void> {
  const { port, ttlMs } = data;
  if (typeof port !== 'number' || typeof ttlMs !== 'number')
    throw new Error('a storm needs a port and an end');
  await requireDescriptors(count);
  const upstream = { host: textOf(data, 'host'), port };
  const storm = new ConnectionStorm({ upstream, count, ratePerSecond, reopen, ttlMs });
  keepStorm(textOf(data, 'storm'), storm);
  await storm.begin();
}

/**
 * At least 90 % were held for half of the time; or were not because the server turned them away, which is what a storm
 * is for. A server that never took one was not reached by it.
 */
export function judgeStorm({ count }: Pick<Spec, 'count'>, seen: StormSeen | null): FidelityCheck {
  const name = 'connections held, median';
  if (seen === null || seen.heldMedian === null)
    return unmeasured(name, String(count), 'it was never looked at');
  const { heldMedian, heldMost, refused, closed, failed, failure } = seen;
  const said = [
    String(heldMedian),
    ...(refused > 0 ? [`refused by the server: ${refused}`] : []),
    ...(closed > 0 ? [`closed by the server: ${closed}`] : []),
    ...(failed > 0 ? [`not made: ${failed} (${failure ?? ''})`] : []),
  ];
  const enough = heldMedian >= 0.9 * count;
  const turnedAway = heldMost > 0 && seen.pressedShare >= 0.5;
  return check(name, String(count), said.join('; '), enough || turnedAway);
}
