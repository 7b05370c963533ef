// What Mettle has left on a Toxiproxy server, found by its names alone: a crash may have taken the journal along, and a
// server may be shared with people on other machines, whose things are theirs.

import { messageOf, MettleError } from '../kernel/errors.ts';
import { connectToxiproxy } from './clients/toxiproxy.ts';
import type { ToxiproxyPort } from './clients/toxiproxy.ts';
import { listJournals } from './leftovers.ts';
import { makerOf } from './made-names.ts';
import type { Maker } from './made-names.ts';
import { stateFolderPath } from './state-folder.ts';
import { stateOwner } from './state-owner.ts';
import type { UndoReport } from './undo/attempt.ts';

export interface ServerLeftover {
  readonly proxy: string;
  /** null: the proxy itself. */
  readonly toxic: string | null;
  /**
   * `left behind`: made from this state folder by a command that has ended. `another's`: made elsewhere, or nobody can
   * tell: it may be in use at this moment.
   */
  readonly whose: 'left behind' | 'another’s';
  /** ISO 8601, UTC; null: its name does not say. */
  readonly madeAt: string | null;
}

/**
 * Everything on the server that bears a name of Mettle's and belongs to no command that runs on this machine. Changes
 * nothing. Rejects with the codes of `apiErrors` (exit code 2) when the server does not answer.
 */
export async function findOnServer(apiUrl: string, stateFolder?: string): Promise<ServerLeftover[]> {
  const folder = stateFolder ?? stateFolderPath();
  const [proxies, journals, owner] = await Promise.all([
    connectToxiproxy(apiUrl).proxies(),
    listJournals(folder),
    stateOwner(folder),
  ]);
  const states = new Map(journals.map(({ path, state }) => [path, state]));
  const whose = ({ command, owner: maker }: Maker): ServerLeftover['whose'] | 'in use' => {
    const state = [...states].find(([path]) => path.includes(`journal-${command}.`))?.[1];
    if (state === 'active' || state === 'being undone') return 'in use';
    return state === 'left behind' || maker === owner ? 'left behind' : 'another’s';
  };
  const found: ServerLeftover[] = [];
  const look = (name: string, place: Pick<ServerLeftover, 'proxy' | 'toxic'>): boolean => {
    const maker = makerOf(name);
    const verdict = maker === null ? 'in use' : whose(maker);
    if (maker !== null && verdict !== 'in use')
      found.push({ ...place, whose: verdict, madeAt: madeAt(maker) });
    return maker !== null;
  };
  for (const { name: proxy, toxics } of proxies) {
    // What is on a proxy of ours goes with it.
    if (look(proxy, { proxy, toxic: null })) continue;
    for (const { name: toxic } of toxics) look(toxic, { proxy, toxic });
  }
  return found;
}

const madeAt = ({ madeAtSeconds }: Maker): string | null =>
  madeAtSeconds === null ? null : new Date(madeAtSeconds * 1_000).toISOString();

/** `proxy mettle_…_db, made 2026-11-22T21:40:00.000Z` */
export function describeLeftover({ proxy, toxic, madeAt: when }: ServerLeftover): string {
  const what = toxic === null ? `proxy ${proxy}` : `toxic ${toxic} on ${proxy}`;
  return `${what}, ${when === null ? 'made nobody knows when' : `made ${when}`}`;
}

/** What earlier commands have left on the server, in words; a server that cannot say has nothing to tell. */
export async function leftoverLines(apiUrl: string): Promise<string[]> {
  const found = await findOnServer(apiUrl).catch(() => []);
  const ours = found.filter(({ whose }) => whose === 'left behind');
  if (ours.length === 0) return [];
  const lines = ours.map((leftover) => `left behind on ${apiUrl}: ${describeLeftover(leftover)}`);
  return [...lines, `clear it with: mettle chaos rollback --toxiproxy ${apiUrl}`];
}

/** Removes exactly these, each looked for afterwards. Tries all; what fails is in the report. */
export async function removeFromServer(
  apiUrl: string,
  leftovers: readonly ServerLeftover[],
): Promise<UndoReport> {
  const server = connectToxiproxy(apiUrl);
  const undone: string[] = [];
  const failed: { describe: string; note: string }[] = [];
  for (const leftover of leftovers) {
    const describe = describeLeftover(leftover);
    try {
      await remove(server, leftover);
      undone.push(describe);
    } catch (error) {
      const path = leftover.toxic === null ? '' : `/toxics/${leftover.toxic}`;
      const byHand = `curl -X DELETE ${apiUrl}/proxies/${encodeURIComponent(leftover.proxy)}${path}`;
      failed.push({ describe, note: `${messageOf(error)}; by hand: ${byHand}` });
    }
  }
  return { undone, failed };
}

async function remove(server: ToxiproxyPort, { proxy, toxic }: ServerLeftover): Promise<void> {
  if (toxic === null) await server.deleteProxy(proxy);
  else await server.deleteToxic(proxy, toxic);
  const left = toxic === null ? await server.proxy(proxy) : await server.toxic(proxy, toxic);
  if (left === undefined) return;
  throw new MettleError({ code: 'UNDO_FAILED', message: 'it is still there after it was removed' });
}
