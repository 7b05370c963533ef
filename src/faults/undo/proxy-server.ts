// What the undos of proxies and toxics share: which server, and what it means when that server is no longer there.

import { apiErrors, nobodyListens } from '../clients/transport.ts';
import { connectToxiproxy } from '../clients/toxiproxy.ts';
import type { ToxiproxyPort } from '../clients/toxiproxy.ts';
import { messageOf, MettleError } from '../../kernel/errors.ts';
import { textOf } from './undo-kind.ts';
import type { UndoKind, UndoLimits } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/**
 * Runs `work` against the server of `data: { apiUrl, embedded? }`. The embedded server lives in Mettle's own process:
 * when nobody listens there any more, or something that is no Toxiproxy, everything on it ended with it, and the result
 * is undefined. A call that failed in any other way proves nothing, nor does a real server that is away: that rejects.
 */
export async function onServer<Result>(
  data: Data,
  limits: UndoLimits,
  work: (server: ToxiproxyPort) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work(connectToxiproxy(textOf(data, 'apiUrl'), limits.callTimeoutMs));
  } catch (error) {
    const code = error instanceof MettleError ? error.code : '';
    const away = code === apiErrors.nonsense || (code === apiErrors.unreachable && nobodyListens(error));
    if (data.embedded === true && away) return undefined;
    throw error;
  }
}

/** As a sentence for people, when looking was not possible: what to do is known all the same. */
export async function orUnknown(look: Promise<string>, byHand: () => string): Promise<string> {
  try {
    return await look;
  } catch (error) {
    return `not known: ${messageOf(error)}${handed(byHand)}`;
  }
}

/** An entry that does not say what it is about cannot be finished by hand either. */
function handed(byHand: () => string): string {
  try {
    return `; by hand: ${byHand()}`;
  } catch {
    return '';
  }
}
