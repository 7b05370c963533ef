// mettle chaos: one fault by hand, the embedded proxy on its own, what is active or left behind, and undoing it.

import type { Command } from 'commander';
import { addApply } from './chaos-apply.ts';
import { addProxy } from './chaos-proxy.ts';
import { addRollback, addStatus } from './chaos-status.ts';

export function chaosCommand(program: Command, finish: (code: number) => void): void {
  const chaos = program
    .command('chaos')
    .summary('faults by hand: apply one, the proxy, what is active, undoing it');
  addApply(chaos, finish);
  addProxy(chaos);
  addStatus(chaos, finish);
  addRollback(chaos, finish);
}
