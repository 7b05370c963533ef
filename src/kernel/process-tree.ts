// Ending a whole process tree and being sure of it: children, their children, and those that left the group.

import { setTimeout as wait } from 'node:timers/promises';
import { errnoOf } from './errors.ts';
import { carriesToken, isAlive, processTable } from './process-table.ts';
import type { ProcessIdentity, ProcessRow } from './process-table.ts';

export interface StopRequest {
  /** The root of the tree; null when it is not known (a crash between starting and writing it down). */
  readonly identity: ProcessIdentity | null;
  /** Its process group: its own pid when it was started detached; null when it has none of its own. */
  readonly processGroup: number | null;
  /**
   * What METTLE_CHILD was set to in its environment. Give each tree a token of its own, derived from the journal's
   * (`<childToken>.<name>`): stopping by a token stops every tree that carries it or one derived from it.
   */
  readonly token: string | null;
  /** How long it may take to end by itself, over all `signals`; SIGKILL follows. */
  readonly graceMs: number;
  /** Tried in turn before SIGKILL. Default SIGTERM; PostgreSQL wants SIGINT (fast) or SIGQUIT (immediate). */
  readonly signals?: readonly NodeJS.Signals[];
}

export interface StopReport {
  /** What still runs; empty when the whole tree is verified gone. */
  readonly remaining: readonly ProcessIdentity[];
}

const pollMs = 20;
const killWithinMs = 2_000;

/** How a tree of processes is found, also by another process that knows nothing but this. */
export type ProcessTree = Pick<StopRequest, 'identity' | 'processGroup' | 'token'>;

/** Every process of the tree that exists now. Signals nothing. */
export const findTree = (tree: ProcessTree): ProcessRow[] => members(tree, new Map());

/** Asks the tree to end, once, as `stopTree` does at first. Returns what there was of it. */
export function askTree(tree: ProcessTree, signal: NodeJS.Signals): ProcessRow[] {
  const found = members(tree, new Map());
  askToEnd(tree, found, signal);
  return found;
}

/** Asks the tree to end, forces it after the grace, and looks again. Never signals a pid that was reused. */
export async function stopTree(request: StopRequest): Promise<StopReport> {
  const known = new Map<number, string>();
  const signals = request.signals ?? ['SIGTERM'];
  for (const signal of request.graceMs > 0 ? signals : []) {
    const found = members(request, known);
    if (found.length === 0) return { remaining: [] };
    askToEnd(request, found, signal);
    await waitUntilGone(known, request.graceMs / signals.length);
  }
  const deadline = Date.now() + killWithinMs;
  for (;;) {
    const found = members(request, known);
    if (found.length === 0 || Date.now() > deadline) {
      return { remaining: found.map(({ pid, startTime }) => ({ pid, startTime })) };
    }
    if (groupIsOurs(request, found)) send(-(request.processGroup ?? 0), 'SIGKILL');
    for (const row of found) if (isAlive(row)) send(row.pid, 'SIGKILL');
    await waitUntilGone(known, 5 * pollMs);
  }
}

/** Root, group, token bearers, all descendants; `known` remembers them, since orphans lose their parent. */
function members(request: ProcessTree, known: Map<number, string>): ProcessRow[] {
  const table = processTable();
  const { identity, token } = request;
  const seeds = table.filter(
    (row) =>
      (row.pid === identity?.pid && row.startTime === identity.startTime) ||
      known.get(row.pid) === row.startTime ||
      (token !== null && carriesToken(row.pid, token)),
  );
  const found = new Map(seeds.map((row) => [row.pid, row]));
  const spared = selfAndAncestors(table);
  if (groupIsOurs(request, seeds)) {
    for (const row of table) if (row.group === request.processGroup) found.set(row.pid, row);
  }
  for (const pid of spared) found.delete(pid);
  addDescendants(table, found, spared);
  for (const row of found.values()) known.set(row.pid, row.startTime);
  return [...found.values()];
}

/**
 * The group is ours when our root leads it (a child that shares its parent's group is never signalled by group) and,
 * since a group number may have been reused, when a process that is surely ours is in it.
 */
function groupIsOurs(request: ProcessTree, sure: readonly ProcessRow[]): boolean {
  const { processGroup, identity } = request;
  if (processGroup === null || processGroup <= 1 || processGroup !== identity?.pid) return false;
  return sure.some((row) => row.group === processGroup);
}

function addDescendants(
  table: readonly ProcessRow[],
  found: Map<number, ProcessRow>,
  spared: Set<number>,
): void {
  let before: number;
  do {
    before = found.size;
    for (const row of table) {
      if (found.has(row.parent) && !spared.has(row.pid)) found.set(row.pid, row);
    }
  } while (found.size > before);
}

/** Whoever asks must not end itself, nor the shell that it runs in. */
function selfAndAncestors(table: readonly ProcessRow[]): Set<number> {
  const parents = new Map(table.map((row) => [row.pid, row.parent]));
  const spared = new Set([0, 1]);
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && !spared.has(pid);
    pid = parents.get(pid)
  ) {
    spared.add(pid);
  }
  return spared;
}

/**
 * The gentle signal goes to the group, and to token bearers that left it. Other descendants are told by their own
 * parent: a database that shuts down must not find its helpers ended under it.
 */
function askToEnd(request: ProcessTree, found: readonly ProcessRow[], signal: NodeJS.Signals): void {
  const grouped = groupIsOurs(request, found);
  if (grouped) send(-(request.processGroup ?? 0), signal);
  for (const row of found) {
    if (grouped && row.group === request.processGroup) continue;
    const asked = row.pid === request.identity?.pid || carriesToken(row.pid, request.token ?? '');
    if (asked && isAlive(row)) send(row.pid, signal);
  }
}

/** Gone already, or not ours to signal: the caller looks at what remains, so neither is an error here. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

async function waitUntilGone(known: ReadonlyMap<number, string>, forMs: number): Promise<void> {
  const deadline = Date.now() + forMs;
  const anyAlive = (): boolean => [...known].some(([pid, startTime]) => isAlive({ pid, startTime }));
  while (anyAlive() && Date.now() < deadline) await wait(pollMs);
}
