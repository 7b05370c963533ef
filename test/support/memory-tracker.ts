// A tracker that keeps its entries in memory: for tests of what is tracked, without a journal on disk.

import type { Tracker, UndoIntent } from '../../src/kernel/ports.ts';

export interface MemoryTracker extends Tracker {
  /** Intents not yet released, oldest first. */
  outstanding(): UndoIntent[];
  readonly log: string[];
}

export function memoryTracker(): MemoryTracker {
  const open = new Map<string, UndoIntent>();
  const log: string[] = [];
  let count = 0;
  return {
    childToken: 'testtoken',
    log,
    outstanding: () => [...open.values()],
    track(intent) {
      count += 1;
      const id = String(count);
      open.set(id, intent);
      log.push(`intent ${intent.kind}`);
      return Promise.resolve({
        id,
        applied: () => Promise.resolve(void log.push(`applied ${intent.kind}`)),
        released: () => {
          if (open.delete(id)) log.push(`released ${intent.kind}`);
          return Promise.resolve();
        },
      });
    },
  };
}
