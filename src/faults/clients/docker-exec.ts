// Running a command in a container: without a terminal, so that its output is plain text, and with a time limit.

import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ExecResult } from './docker-port.ts';

const shownCharacters = 2_000;

/** Resolves when it has ended, or when `timeoutMs` are over: then its streams are closed and its exit code is null. */
export async function runExec(
  docker: Docker,
  id: string,
  command: readonly string[],
  timeoutMs: number,
  abortSignal?: AbortSignal,
): Promise<ExecResult> {
  const abortable = abortSignal === undefined ? {} : { abortSignal };
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: false, ...abortable });
  const stream = await exec.start({ Tty: false, ...abortable });
  let output = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (output.length < shownCharacters) output += chunk.toString('utf8');
      done();
    },
  });
  docker.modem.demuxStream(stream, sink, sink);
  const patience = new AbortController();
  const closed = new Promise<boolean>((resolve, reject) => {
    const end = (): void => resolve(true);
    stream.once('end', end).once('close', end).once('error', reject);
  });
  const late = wait(timeoutMs, false, { signal: patience.signal }).catch(() => false);
  try {
    const ended = await Promise.race([closed, late]);
    const exitCode = ended ? (await exec.inspect(abortable)).ExitCode : null;
    return { exitCode, output: output.slice(0, shownCharacters) };
  } finally {
    patience.abort();
    closed.catch(() => undefined); // told by the race, or of no interest after it
    stream.destroy();
  }
}
