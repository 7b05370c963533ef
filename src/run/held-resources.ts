// What a command has opened, closed on any way out: the newest first, every one tried.

import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

type Close = () => Promise<void>;

export interface HeldResources {
  /** Closed when `around` ends. */
  later(close: Close): void;
  /** What closing throws is thrown when the act itself was fine; an undo that failed outranks whatever else happened. */
  around<Result>(act: () => Promise<Result>): Promise<Result>;
}

export function heldResources(): HeldResources {
  const closers: Close[] = [];
  return {
    later: (close) => void closers.push(close),
    async around(act) {
      const [outcome] = await Promise.allSettled([act()]);
      const problems: Error[] = [];
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
        await close().catch((error: unknown) => problems.push(asError(error)));
      }
      const undoFailed = problems.find(
        (error) => error instanceof MettleError && error.exitCode === exitCodes.undoFailed,
      );
      if (undoFailed !== undefined) throw undoFailed;
      if (outcome.status === 'rejected') throw outcome.reason;
      const [problem] = problems;
      if (problem !== undefined) throw problem;
      return outcome.value;
    },
  };
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
