// Ctrl-C: the first one begins the undo, later ones do not skip it.

export interface Interrupt {
  readonly signal: AbortSignal;
  release(): void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function listenForInterrupt(say: (line: string) => void): Interrupt {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      say(`still undoing and stopping what was started (${name} does not skip it)`);
      return;
    }
    say(`${name}: undoing faults, then stopping what was started`);
    controller.abort(name);
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
