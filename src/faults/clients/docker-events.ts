// What a Docker engine tells of its containers while it happens: a stream of lines, each an event.

import type Docker from 'dockerode';
import { z } from 'zod';
import type { DockerEvent, DockerPort } from './docker-port.ts';

const streamed = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number().nullish(),
  time: z.number(),
});

/** Longer than any event; what has no end by then is none. */
const longestLine = 1_048_576;

/** Undefined for what is no event: a stream's handler must not throw. */
export function eventOf(line: string): DockerEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { data } = streamed.safeParse(parsed);
  if (data === undefined) return undefined;
  return {
    action: data.Action,
    containerId: data.Actor.ID,
    atUnixMicros: data.timeNano == null ? data.time * 1_000_000 : Math.round(data.timeNano / 1_000),
    attributes: data.Actor.Attributes ?? {},
  };
}

export async function watchEvents(
  docker: Docker,
  { containerIds, project }: Parameters<DockerPort['events']>[0],
  onEvent: (event: DockerEvent) => void,
  onEnd: (error: Error | null) => void,
  abortSignal?: AbortSignal,
): ReturnType<DockerPort['events']> {
  // The engine lets through only what meets all its filters, so that who belongs to a project is looked at here.
  const named = project === null ? { container: [...containerIds] } : {};
  const filters = JSON.stringify({ type: ['container'], ...named });
  const isMeant = ({ containerId, attributes }: DockerEvent): boolean =>
    containerIds.includes(containerId) ||
    (project !== null && attributes['com.docker.compose.project'] === project);
  const stream = await docker.getEvents({ filters, ...(abortSignal === undefined ? {} : { abortSignal }) });
  let closed = false;
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) {
      const event = closed ? undefined : eventOf(line);
      if (event !== undefined && isMeant(event)) onEvent(event);
    }
  });
  const end = (error: Error | null): void => {
    if (!closed) onEnd(error);
    closed = true;
  };
  stream.on('error', end);
  stream.once('close', () => end(null));
  stream.once('end', () => end(null));
  return {
    close: () => {
      closed = true;
      (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
    },
  };
}
