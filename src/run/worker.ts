// The entry file of a load thread: unpacks its share of the plan, says when it is ready, and obeys the main thread.

import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { EngineEnvironment, Observer } from '../engines/engine.ts';
import type { PreparedStep } from '../engines/registry.ts';
import { settledOrAborted } from '../engines/abort.ts';
import { openEngines } from '../engines/registry.ts';
import { openSaturator } from '../engines/saturate.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { goFirst } from '../kernel/priority.ts';
import { createRedactor } from '../kernel/redact.ts';
import { templates } from '../scenario/templates.ts';
import { hostGate } from '../faults/pins.ts';
import { isAllowedHost } from '../system/host-rules.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { WorkerPlan } from './load-plan.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { createPreciseClock } from './precise-clock.ts';
import { rehearse } from './rehearsal.ts';
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
/*
 * Where answers take long, V8 learns that what belongs to a request lives long, and puts it among the old at once; each
 * of these keeps the next ones alive, and every collection of the young takes twice as long (docs/decisions/0012).
 */
setFlagsFromString('--no-allocation-site-pretenuring');
const clock = createPreciseClock();
/** Between being told to start and the first arrival, for what is only rehearsed. */
const leadMicros = 10_000;

interface Life {
  readonly run: ThreadRun<PreparedStep>;
  /** Offers the whole load and closes what it used; resolves with the moment from which there was nothing more to offer. */
  readonly play: (startAtMicros: number) => Promise<number>;
}

/** Everything one load needs in this thread, ready to start. */
async function open(plan: WorkerPlan, send: (snapshot: Snapshot) => void): Promise<Life> {
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
    hosts: hostGate(plan.pins, plan.allow),
    file: (written) => plan.files[written] ?? written,
    nowMicros: () => clock.nowMicros(),
    redact: createRedactor(plan.secrets),
  };
  const engines = openEngines(environment);
  const saturates = plan.load.some(({ entry }) => entry.model === 'saturate');
  const saturator = saturates ? await openSaturator(environment) : undefined;
  const run = new ThreadRun(plan, { clock, pauses: systemClock, engines, saturator, send });
  live.observer = run.observer;
  await engines.ready?.();
  const play = async (startAtMicros: number): Promise<number> => {
    try {
      return await run.start(startAtMicros);
    } finally {
      // Everything is measured and sent: a server that will not let go of a socket must not hold up the run.
      await Promise.race([engines.close(), sleep(systemClock, closingMicros)]);
    }
  };
  return { run, play };
}

try {
  const { run, play } = await open(workerData as WorkerPlan, (snapshot) =>
    tell({ type: 'snapshot', snapshot }),
  );
  await rehearse(async (plan, signal) => {
    const rehearsal = await open(plan, () => undefined);
    signal.addEventListener('abort', () => rehearsal.run.stop(0), { once: true });
    await settledOrAborted(
      rehearsal.play(clock.nowMicros() + leadMicros).catch(() => undefined),
      signal,
    );
  });
  const start = async (startAtMicros: number): Promise<void> => {
    tell({ type: 'done', offeredMicros: await play(startAtMicros) });
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
