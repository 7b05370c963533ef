// Mechanism COLD_START: where the model is trained. `async` keeps the event loop answering all the while.
import { readCorpus } from './corpus.ts';
import { train } from './train.ts';
import { startThread } from './worker-pool.ts';

/** On the event loop: no request is answered until it is done. */
function trainBlocking(): SharedArrayBuffer {
  return train(readCorpus());
}

/** In a thread that ends when it is done. */
function trainInThread(): Promise<SharedArrayBuffer> {
  return new Promise((resolve, reject) => {
    const thread = startThread({ kind: 'train' });
    thread.once('message', (weights: SharedArrayBuffer) => resolve(weights));
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the training thread ended with ${code}`)));
  });
}

/** Weights as `train` returns them. */
export const trainModel = async (coldStart: 'blocking' | 'async'): Promise<SharedArrayBuffer> =>
  coldStart === 'blocking' ? trainBlocking() : trainInThread();
