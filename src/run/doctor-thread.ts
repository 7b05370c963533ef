// The entry file of the doctor's own threads: the clock under test, or the server of known delay.

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../kernel/errors.ts';
import { goFirst } from '../kernel/priority.ts';
import { startKnownServer } from './doctor-server.ts';
import type { FromDoctorThread, ToDoctorThread } from './doctor-messages.ts';
import { measureTimer } from './doctor-timer.ts';
import { createPreciseClock } from './precise-clock.ts';

if (parentPort === null) throw new Error('this file runs as a thread of Mettle only');
const port = parentPort;
const tell = (message: FromDoctorThread): void => port.postMessage(message);
const fail = (thrown: unknown): void => {
  tell({ type: 'error', message: messageOf(thrown) });
  port.close();
};

goFirst();
const { what } = workerData as { readonly what: 'timer' | 'server' };

async function serve(): Promise<void> {
  const server = await startKnownServer();
  port.on('message', (message: ToDoctorThread) => {
    if (message.type === 'report') tell({ type: 'report', answers: server.takeAnswers() });
  });
  tell({ type: 'listening', port: server.port });
}

if (what === 'server') serve().catch(fail);
else {
  const clock = createPreciseClock();
  port.on('message', (message: ToDoctorThread) => {
    if (message.type !== 'time') return;
    measureTimer(clock, message.forMicros)
      .then((error) => tell({ type: 'timed', error }))
      .catch(fail);
  });
}
