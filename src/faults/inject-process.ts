// Injecting one fault on a process that Mettle has started.

import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Injection, ProcessInjectionRequest } from './fault.ts';
import { hold } from './hold.ts';
import { processFaultOf } from './registry.ts';
import type { ProcessFaultSpec } from './registry.ts';

/**
 * Rejects when it could not be done: then it has been undone, or, with exit code 4, the error says what is left (and the
 * journal still holds it). What met the fault cannot be seen from here: its traffic is `unknown`.
 */
export async function injectOnProcess(
  request: ProcessInjectionRequest<ProcessFaultSpec>,
  clock: Clock = systemClock,
): Promise<Injection> {
  const { spec, process, id, tracker, forMicros, stopping, onActing } = request;
  const fault = processFaultOf(spec);
  const intent = fault.plan(spec, id, process);
  const act = fault.act(spec, { process, intent, clock, forMicros, stopping });
  return await hold({
    ...{ intent, tracker, clock, forMicros, mayEndByItself: !fault.lastsUntilCleared },
    onActing,
    apply: () => act.apply(),
    ...(act.restore === undefined ? {} : { restore: act.restore }),
    judge: () =>
      Promise.resolve({
        fidelity: act.judge(),
        traffic: { before: null, during: null, status: 'unknown' },
        observation: null,
      }),
  });
}
