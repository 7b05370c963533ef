// Stops in order when told to: no new work, finish what was begun, store what is waiting, then let go.

const longestMs = 8_000;

/** Runs `steps` one after the other on SIGTERM or SIGINT, then exits: 0, or 1 when it took longer than 8 s. */
export function onStopSignal(log: (line: string) => void, steps: readonly (() => Promise<unknown>)[]): void {
  let begun = false;
  const stop = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    setTimeout(() => {
      log(`not finished after ${longestMs} ms, leaving`);
      process.exit(1);
    }, longestMs).unref();
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        log(`while stopping: ${String(error)}`);
      }
    }
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}
