// The entry file of a load thread: unpacks its share of the plan, says when it is ready, and obeys the main thread.

import { parentPort, workerData } from 'node:worker_threads';
import type { EngineEnvironment, Observer } from '../engines/engine.ts';
import { openEngines } from '../engines/registry.ts';
import { openSaturator } from '../engines/saturate.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { goFirst } from '../kernel/priority.ts';
import { createRedactor } from '../kernel/redact.ts';
import { templates } from '../scenario/templates.ts';
import { isAllowedHost } from '../system/host-rules.ts';
import type { WorkerPlan } from './load-plan.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { createPreciseClock } from './precise-clock.ts';
import { ThreadRun } from './thread-run.ts';

if (parentPort === null) throw new Error('this file runs as a thread of Mettle only');
const port = parentPort;
const tell = (message: FromWorker): void => port.postMessage(message);
const fail = (thrown: unknown): void => {
  tell({ type: 'error', message: messageOf(thrown) });
  port.close();
};

/** How long sockets may take to close at the end. */
const closingMicros = 1_000_000;

goFirst();
const plan = workerData as WorkerPlan;
const clock = createPreciseClock();

try {
  const live: { observer?: Observer } = {};
  const environment: EngineEnvironment = {
    addresses: plan.addresses,
    http: plan.http,
    tls: plan.tls,
    env: plan.env,
    templates,
    observer: {
      observe: (...observation) => live.observer?.observe(...observation),
      tally: (...tally) => live.observer?.tally(...tally),
    },
    isAllowedHost: (host) => isAllowedHost(host, plan.allow),
    file: (written) => plan.files[written] ?? written,
    nowMicros: () => clock.nowMicros(),
    redact: createRedactor(plan.secrets),
  };
  const engines = openEngines(environment);
  const saturates = plan.load.some(({ entry }) => entry.model === 'saturate');
  const run = new ThreadRun(plan, {
    clock,
    pauses: systemClock,
    engines,
    saturator: saturates ? await openSaturator(environment) : undefined,
    send: (snapshot) => tell({ type: 'snapshot', snapshot }),
  });
  live.observer = run.observer;
  await engines.ready?.();
  const start = async (startAtMicros: number): Promise<void> => {
    const offeredMicros = await run.start(startAtMicros);
    // Everything is measured and sent: a server that will not let go of a socket must not hold up the run.
    await Promise.race([engines.close(), sleep(systemClock, closingMicros)]);
    tell({ type: 'done', offeredMicros });
    port.close();
  };
  port.on('message', (message: ToWorker) => {
    if (message.type === 'start') start(message.startAtMicros).catch(fail);
    else if (message.type === 'edge') run.edge(message.atMicros, message.kind);
    else run.stop(message.atMicros);
  });
  tell({ type: 'ready' });
} catch (thrown) {
  fail(thrown);
}
