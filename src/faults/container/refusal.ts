// A fault that Docker could not undo exactly is refused before anything is changed.

import { MettleError } from '../../kernel/errors.ts';
import type { ContainerState } from '../clients/docker-state.ts';

/** `why` follows the container's name: `has no memory limit, and …`. */
export const notUndoable = ({ name }: Pick<ContainerState, 'name'>, why: string, hint: string): MettleError =>
  new MettleError({
    code: 'NOT_UNDOABLE',
    message: `the container ${name} ${why}: nothing was changed`,
    hint,
  });
