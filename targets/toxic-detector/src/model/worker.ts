// A thread of the model: trains it once, or serves the pool from weights that all threads share.
import { parentPort, workerData } from 'node:worker_threads';
import { classify } from './classify.ts';
import { readCorpus } from './corpus.ts';
import type { PoolReply, PoolRequest, ThreadTask } from './thread-messages.ts';
import { train } from './train.ts';

const warmUpTexts = 400;

function serve(shared: SharedArrayBuffer, port: NonNullable<typeof parentPort>): void {
  const weights = new Float32Array(shared);
  // The first calls of a function are slow, until it has been compiled: nobody should have to wait for that.
  for (const example of readCorpus().slice(0, warmUpTexts)) classify(weights, example.text);
  const reply = (message: PoolReply): void => port.postMessage(message);
  port.on('message', (request: PoolRequest) =>
    reply({ id: request.id, verdicts: request.texts.map((text) => classify(weights, text)) }),
  );
  reply('ready');
}

if (!parentPort) throw new Error('model/worker is started as a thread, not by itself');
const task = workerData as ThreadTask;
if (task.kind === 'train') parentPort.postMessage(train(readCorpus()));
else serve(task.weights, parentPort);
