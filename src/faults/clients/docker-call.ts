// One call to a Docker engine: limited in time, its failure put into words.

import { dockerError, isNotModified } from './docker-errors.ts';

export interface DockerCalls {
  readonly host: string;
  /** `longerMs`: what it may take besides the usual limit. Rejects with a MettleError. */
  readonly call: <Answer>(
    what: string,
    act: (abortSignal: AbortSignal) => Promise<Answer>,
    longerMs?: number,
  ) => Promise<Answer>;
  /** Acts on a container; what is so already is no error. */
  readonly change: (
    what: string,
    act: (abortSignal: AbortSignal) => Promise<unknown>,
    longerMs?: number,
  ) => Promise<void>;
  /** The error for an answer that Docker does not give. */
  readonly nonsense: (what: string) => Error;
}

export function dockerCalls(host: string, timeoutMs: number): DockerCalls {
  const call: DockerCalls['call'] = async (what, act, longerMs = 0) => {
    const limitMs = timeoutMs + longerMs;
    const patience = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        patience.abort();
        reject(new Error('no answer in time'));
      }, limitMs);
    });
    try {
      return await Promise.race([act(patience.signal), late]);
    } catch (error) {
      throw dockerError(host, what, error, patience.signal.aborted ? limitMs : null);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    host,
    call,
    async change(what, act, longerMs) {
      await call(what, (signal) => act(signal).catch(unlessNotModified), longerMs);
    },
    nonsense: (what) => dockerError(host, what, new Error('answered in a way that Docker does not'), null),
  };
}

function unlessNotModified(error: unknown): undefined {
  if (isNotModified(error)) return undefined;
  throw error;
}
