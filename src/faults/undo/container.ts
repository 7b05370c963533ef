// What the undos of faults on containers share: which engine, which container, and that one that is gone needs nothing.

import { messageOf } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { connectDocker } from '../clients/docker.ts';
import type { DockerAddress, DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind, UndoLimits } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/** The part of a journal entry that says which container; `containerId` is never given to another one. */
export const containerData = (
  docker: DockerAddress,
  { id, name }: Pick<ContainerState, 'id' | 'name'>,
): { readonly [key: string]: Json } => ({
  dockerHost: docker.host,
  certFolder: docker.certFolder,
  containerId: id,
  containerName: name,
});

/** Acts on the container of a journal entry; undefined when it is there no more: nothing of it is left to put back. */
export async function onContainer<Result>(
  data: Data,
  limits: UndoLimits,
  work: (docker: DockerPort, state: ContainerState) => Promise<Result>,
): Promise<Result | undefined> {
  const certFolder = data.certFolder;
  const address = {
    host: textOf(data, 'dockerHost'),
    certFolder: typeof certFolder === 'string' ? certFolder : null,
  };
  const docker = await connectDocker(address, limits.callTimeoutMs);
  const state = await docker.inspect(textOf(data, 'containerId'));
  return state === undefined ? undefined : await work(docker, state);
}

/** Looks at the container: `left` says what is not as it was, null: nothing. Never throws. */
export async function lookAtContainer(
  data: Data,
  limits: UndoLimits,
  left: (state: ContainerState) => string | null,
): Promise<string> {
  try {
    return (await onContainer(data, limits, (_docker, state) => Promise.resolve(left(state)))) ?? gone;
  } catch (error) {
    return `not known: ${messageOf(error)}`;
  }
}
