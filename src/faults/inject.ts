// Injecting one fault on a link, and judging by what its proxy saw.

import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { UndoIntent } from '../kernel/ports.ts';
import { connectToxiproxy } from './clients/toxiproxy.ts';
import type { ToxiproxyPort } from './clients/toxiproxy.ts';
import type { Injection, InjectionRequest } from './fault.ts';
import { hold } from './hold.ts';
import { attemptsOf, readWindow, seeFault } from './observe.ts';
import { faultOf } from './registry.ts';
import type { NetworkFaultSpec } from './registry.ts';
import type { Seen } from './seen.ts';
import { judgeTraffic } from './traffic.ts';

const beforeMicros = 10_000_000;
/** How much longer than planned a fault may last on the embedded proxy when Mettle hangs. */
const ttlMarginMs = 5_000;

/**
 * Puts a fault on a link. Rejects when it could not be put there: then it has been undone, or, with exit code 4, the
 * error says what is left (and the journal still holds it).
 */
export async function inject(
  request: InjectionRequest<NetworkFaultSpec>,
  clock: Clock = systemClock,
): Promise<Injection> {
  const { spec, link, id, tracker, forMicros } = request;
  const fault = faultOf(spec);
  const server = connectToxiproxy(link.apiUrl);
  const attemptsBefore = await attemptsUntilNow(server, request, clock);
  const planned = fault.plan(spec, id, link);
  const ttlMs = Math.ceil(forMicros / 1_000) + ttlMarginMs;
  const intent = { ...planned, data: { ...planned.data, ttlMs } };
  return await hold({
    ...{ intent, tracker, clock, forMicros },
    apply: () => fault.apply(spec, intent),
    judge: async (sinceMicros, untilMicros) => {
      const seen = await see(server, request, intent, { sinceMicros, untilMicros }).catch(() => null);
      return {
        fidelity: fault.judge(spec, seen),
        traffic: judgeTraffic(attemptsBefore, seen?.attempts ?? null, request.traffic),
        observation: seen?.observation ?? null,
      };
    },
  });
}

async function attemptsUntilNow(
  server: ToxiproxyPort,
  { link }: InjectionRequest<NetworkFaultSpec>,
  clock: Clock,
): Promise<number | null> {
  if (!link.embedded) return null;
  const untilMicros = clock.nowMicros();
  const window = await readWindow(server, link, { sinceMicros: untilMicros - beforeMicros, untilMicros });
  return window === undefined ? null : attemptsOf(window);
}

async function see(
  server: ToxiproxyPort,
  { link }: InjectionRequest<NetworkFaultSpec>,
  { data: { toxicName: name } }: UndoIntent,
  around: Parameters<typeof seeFault>[3],
): Promise<Seen | null> {
  return await seeFault(server, link, typeof name === 'string' ? name : null, around);
}
