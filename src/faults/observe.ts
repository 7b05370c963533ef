// Reads what a link's proxy saw: everything from the embedded one, nothing from a real one.
//
// A real server's metrics do not help: it counts the bytes of a connection when that connection closes, so a busy pool
// would look idle during a fault, and one that is dropped during it would look busy.

import { observationWindowSchema } from '../proxy/observation-window.ts';
import type { ObservationWindow } from '../proxy/observation-window.ts';
import type { ToxiproxyPort } from './clients/toxiproxy.ts';
import { attemptsSeen } from './attempts/seen.ts';
import type { FaultLink } from './fault.ts';
import type { Seen } from './seen.ts';

export interface Window {
  readonly sinceMicros: number;
  readonly untilMicros: number;
}

/** Undefined when the answer is not what this version's proxy gives. Rejects when the server does not answer. */
export async function readWindow(
  server: ToxiproxyPort,
  link: FaultLink,
  { sinceMicros, untilMicros }: Window,
): Promise<ObservationWindow | undefined> {
  const answer = await server.observation(link.proxyName, sinceMicros, untilMicros);
  return observationWindowSchema.safeParse(answer).data;
}

/**
 * What was seen while a fault was on. The proxy's own moments of change are used where it knows them, since its counters
 * are cut exactly there. `toxicName`: null for a link that was switched off.
 */
export async function seeFault(
  server: ToxiproxyPort,
  link: FaultLink,
  toxicName: string | null,
  around: Window,
): Promise<Seen | null> {
  if (!link.embedded) return null;
  const rough = await readWindow(server, link, around);
  if (rough === undefined) return null;
  const exact = await readWindow(server, link, exactWindow(rough, toxicName, around));
  return exact === undefined ? null : toSeen(exact, toxicName);
}

function exactWindow(rough: ObservationWindow, toxicName: string | null, around: Window): Window {
  const outage = rough.outages.at(-1);
  if (toxicName === null) {
    return {
      sinceMicros: outage?.downAtMicros ?? around.sinceMicros,
      untilMicros: outage?.upAtMicros ?? around.untilMicros,
    };
  }
  const life = rough.toxics.findLast((toxic) => toxic.name === toxicName);
  return {
    sinceMicros: life?.addedAtMicros ?? around.sinceMicros,
    untilMicros: life?.removedAtMicros ?? around.untilMicros,
  };
}

/** Throws when the fault is longer than the proxy remembers, and its beginning was not told apart. */
function toSeen(window: ObservationWindow, toxicName: string | null): Seen {
  const { whole } = window;
  if (whole === null) throw new Error('it no longer knows how the fault began');
  const own = window.toxics.findLast((toxic) => toxic.name === toxicName);
  const others = window.toxics.filter((toxic) => toxic !== own && livedInside(toxic, whole));
  return {
    observation: {
      connections: whole.connections,
      bytesUp: whole.upstream.bytesIn,
      bytesDown: whole.downstream.bytesOut,
      resets: whole.resets,
      refused: whole.refused ?? 0,
      addedDelayMicros: own === undefined ? null : whole[own.stream].addedDelayMicros,
    },
    lastedMicros: whole.untilMicros - whole.sinceMicros,
    closes: whole.closes,
    upstream: whole.upstream,
    downstream: whole.downstream,
    draws: own === undefined ? null : { connections: own.connections, affected: own.affected },
    mixed: toxicName !== null && (others.length > 0 || window.outages.length > 0),
    attempts: attemptsOf(whole),
    turns: attemptsSeen(window),
  };
}

/** One that ended at the very moment this window begins has nothing to do with it. */
const livedInside = (toxic: ObservationWindow['toxics'][number], window: Window): boolean =>
  toxic.addedAtMicros < window.untilMicros && (toxic.removedAtMicros ?? Infinity) > window.sinceMicros;

/**
 * The same, but only from a moment on (undefined: all); the proxy's slices count when most of them lies behind it. A
 * service that looks at its dependency once when it starts has not used it for the load.
 */
export function attemptsSince(window: ObservationWindow, sinceMicros: number | undefined): number | null {
  if (sinceMicros === undefined || sinceMicros <= window.sinceMicros) return attemptsOf(window);
  const slices = window.slices.filter(
    ({ startMicros, endMicros }) => startMicros + endMicros > 2 * sinceMicros,
  );
  const seen = slices.reduce((total, slice) => total + slice.connections + slice.chunksUp + slice.refused, 0);
  return seen === 0 && window.refused === null ? null : seen;
}

/** Connections, refused ones, and pieces that clients sent. null: none was seen, but some could not have been. */
function attemptsOf(window: Pick<ObservationWindow, 'connections' | 'upstream' | 'refused'>): number | null {
  const seen = window.connections + window.upstream.chunks + (window.refused ?? 0);
  return seen === 0 && window.refused === null ? null : seen;
}
