// Injecting one fault on a link, and judging by what its proxy saw.

import { sleep, systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import type { UndoIntent } from '../kernel/ports.ts';
import type { FidelityCheck } from '../record/schema.ts';
import { attemptsBefore } from './attempts/seen.ts';
import { connectToxiproxy } from './clients/toxiproxy.ts';
import type { ToxiproxyPort } from './clients/toxiproxy.ts';
import type { FaultLink, Injection, InjectionRequest } from './fault.ts';
import { notSeen } from './fidelity.ts';
import { hold } from './hold.ts';
import { attemptsSince, readWindow, seeFault } from './observe.ts';
import { faultOf } from './registry.ts';
import type { NetworkFaultSpec } from './registry.ts';
import type { Seen } from './seen.ts';
import { judgeTraffic } from './traffic.ts';
import { ttlMsOf } from './ttl.ts';
import type { ObservationWindow } from '../proxy/observation-window.ts';

const beforeMicros = 10_000_000;
/** A machine that was too busy, or had no descriptor left, may have one by then. */
const lookAgainAfterMicros = 500_000;

/**
 * Puts a fault on a link. Rejects when it could not be put there: then it has been undone, or, with exit code 4, the
 * error says what is left (and the journal still holds it).
 */
export async function inject(
  request: InjectionRequest<NetworkFaultSpec>,
  clock: Clock = systemClock,
): Promise<Injection> {
  const { spec, link, id, tracker, forMicros, onActing } = request;
  const fault = faultOf(spec);
  const server = connectToxiproxy(link.apiUrl);
  const before = await windowUntilNow(server, request, clock);
  const planned = fault.plan(spec, id, link);
  const intent = { ...planned, data: { ...planned.data, ttlMs: ttlMsOf(forMicros) } };
  let markMicros: number | null = null;
  return await hold({
    ...{ intent, tracker, clock, forMicros, onActing },
    async apply() {
      if (link.embedded && nameOn(intent) === '') markMicros = await server.mark(link.proxyName);
      await fault.apply(spec, intent);
    },
    judge: async (sinceMicros, untilMicros) => {
      const window = { sinceMicros: markMicros ?? sinceMicros, untilMicros };
      const { seen, missing } = await look(link, clock, () => see(server, request, intent, window));
      return {
        fidelity: [...fault.judge(spec, seen, intent), ...missing],
        traffic: judgeTraffic(
          before === null ? null : attemptsSince(before, request.loadSinceMicros),
          seen?.attempts ?? null,
          request.traffic,
        ),
        observation: seen?.observation ?? null,
        turns:
          seen?.turns === undefined
            ? null
            : { before: before === null ? null : attemptsBefore(before), during: seen.turns },
      };
    },
  });
}

async function windowUntilNow(
  server: ToxiproxyPort,
  { link }: InjectionRequest<NetworkFaultSpec>,
  clock: Clock,
): Promise<ObservationWindow | null> {
  if (!link.embedded) return null;
  const untilMicros = clock.nowMicros();
  const asked = { sinceMicros: untilMicros - beforeMicros, untilMicros };
  return (await readWindow(server, link, asked)) ?? null;
}

interface Look {
  readonly seen: Seen | null;
  readonly missing: readonly FidelityCheck[];
}

/** Twice if need be. A real Toxiproxy cannot tell; one that can, and does not, leaves open whether the fault did anything. */
async function look(link: FaultLink, clock: Clock, see: () => Promise<Seen | null>): Promise<Look> {
  if (!link.embedded) return { seen: null, missing: [] };
  let seen = await seenOrWhyNot(see);
  if (typeof seen === 'string') {
    await sleep(clock, lookAgainAfterMicros);
    seen = await seenOrWhyNot(see);
  }
  return typeof seen === 'string' ? { seen: null, missing: [notSeen(seen)] } : { seen, missing: [] };
}

async function seenOrWhyNot(see: () => Promise<Seen | null>): Promise<Seen | string> {
  try {
    return (await see()) ?? 'the answer was not one that this version knows';
  } catch (error) {
    return messageOf(error);
  }
}

async function see(
  server: ToxiproxyPort,
  { link }: InjectionRequest<NetworkFaultSpec>,
  intent: UndoIntent,
  around: Parameters<typeof seeFault>[3],
): Promise<Seen | null> {
  return await seeFault(server, link, nameOn(intent), around);
}

/** What is not on the proxy at all (`connections`) has no name there, and no outage either: the proxy is told when it begins. */
const nameOn = ({ kind, data: { toxicName } }: UndoIntent): string | null =>
  typeof toxicName === 'string' ? toxicName : kind === 'link-enabled' ? null : '';
