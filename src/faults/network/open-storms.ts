// The storms of this process, by the name that the journal knows them by; of another process there is nothing to find.

import type { ConnectionStorm } from './connection-storm.ts';
import type { StormSeen } from './storm-tally.ts';

const storms = new Map<string, ConnectionStorm>();

export const keepStorm = (name: string, storm: ConnectionStorm): void => void storms.set(name, storm);

/** Closes it; one that is unknown here is closed. */
export const closeStorm = async (name: string): Promise<void> => await storms.get(name)?.close();

/** Sockets that are open. */
export const openSockets = (name: string): number => storms.get(name)?.openCount ?? 0;

/** What became of it; it is forgotten with that. null: there was none. */
export function takeStorm(name: string): StormSeen | null {
  const storm = storms.get(name);
  storms.delete(name);
  return storm?.seen ?? null;
}
