// Who goes first when cores are short: what measures must not wait for what is measured. See docs/decisions/0008.

import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** `raised`: generator and proxy threads ahead of all; `target lowered`: what Mettle starts stands back; `equal`: neither. */
export type Precedence = 'raised' | 'target lowered' | 'equal';

const ahead = -10;
const behind = 5;

/** Found out once, by trying; changes nothing. On Linux a priority belongs to a thread, elsewhere to the whole process. */
export const precedence: Precedence =
  process.platform !== 'linux' ? 'equal' : mayRaise() ? 'raised' : 'target lowered';

function mayRaise(): boolean {
  const own = getPriority();
  if (own <= ahead) return true;
  try {
    setPriority(own - 1);
    setPriority(own);
    return true;
  } catch {
    return false; // not permitted: the usual case for people who are not root
  }
}

/**
 * Called by a load or proxy thread: puts it ahead of others where that is permitted, with the engine's helper threads,
 * since a thread that collects garbage waits for them. The main thread stays as it is: children inherit from it.
 */
export function goFirst(): void {
  if (precedence !== 'raised') return;
  const threads = readdirSync('/proc/self/task').map(Number);
  for (const thread of threads) {
    if (thread !== process.pid) raise(thread);
  }
}

function raise(thread: number): void {
  try {
    setPriority(thread, Math.min(ahead, getPriority(thread)));
  } catch {
    return; // it has ended meanwhile
  }
}

/** Puts a child that has just been spawned behind what measures it; it may have ended already. */
export function standBack(pid: number): void {
  if (precedence !== 'target lowered') return;
  try {
    setPriority(pid, behind);
  } catch {
    return; // it has ended, which its owner notices
  }
}
