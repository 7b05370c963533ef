// When a call to a proxy fails: what that proves about the faults that are on it.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { patient, undoEntries, undoOnce } from '../../../src/faults/undo/attempt.ts';
import { undoKinds } from '../../../src/faults/undo/registry.ts';

const errno = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const failed = (cause: unknown): Error => new TypeError('fetch failed', { cause });
const both = (...codes: string[]): Error =>
  failed(Object.assign(new AggregateError(codes.map(errno)), { code: codes[0] }));

/** Mettle lacks something itself; the other side broke off, as one without descriptors does. */
const unproving = [
  ...['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'],
  ...['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'],
];

/** Each call fails or is answered in turn; the last one for ever. */
function calls(...outcomes: (Error | Response)[]): void {
  let call = 0;
  vi.stubGlobal('fetch', (): Promise<Response> => {
    const outcome = outcomes[Math.min(call++, outcomes.length - 1)];
    return outcome instanceof Response
      ? Promise.resolve(outcome.clone())
      : Promise.reject(outcome ?? errno('none'));
  });
}
afterEach(() => vi.unstubAllGlobals());

const entryOf = (kind: string, embedded: boolean) => ({
  ...{ id: '1', kind, describe: 'x', snapshot: null, note: null },
  data: { apiUrl: 'http://127.0.0.1:9', proxyName: 'mettle_x_db', toxicName: 'mettle_cut', embedded },
});
const noteOf = async (kind: string, embedded = true): Promise<string | null> =>
  (await undoOnce(entryOf(kind, embedded), undoKinds, patient)).note;

describe.each(['toxic', 'link-enabled', 'proxy'])('undoing a %s of an embedded proxy', (kind) => {
  it.each([
    ['refuses connections', failed(errno('ECONNREFUSED'))],
    ['refuses them on every address', both('ECONNREFUSED', 'ECONNREFUSED')],
    ['is now something else that answers', new Response('<h1>Not found</h1>', { status: 404 })],
    [
      'is now something that sends elsewhere',
      new Response(null, { status: 302, headers: { location: '/' } }),
    ],
    ['is now something that does not speak HTTP', failed(errno('HPE_INVALID_CONSTANT'))],
  ])('is done when its port %s', async (_how, outcome) => {
    calls(outcome);
    expect(await noteOf(kind)).toBeNull();
  });

  it.each([
    ...unproving.map((code): [string, Error] => [code, failed(errno(code))]),
    ['EMFILE', both('EMFILE', 'ECONNREFUSED')],
    ['nobody knows why', failed(new Error('nobody knows why'))],
    ['fetch failed', failed(undefined)],
  ])('has failed when all that is known is %s', async (why, outcome) => {
    calls(outcome);
    expect(await noteOf(kind)).toContain(why);
  });

  it('has failed when one of its addresses could not be tried', async () => {
    calls(both('ECONNREFUSED', 'EMFILE'));
    expect(await noteOf(kind)).toContain('not known');
  });

  it('of a real server has failed when nobody listens there', async () => {
    calls(failed(errno('ECONNREFUSED')));
    expect(await noteOf(kind, false)).toContain('ECONNREFUSED');
  });
});

describe('an embedded proxy that is just being closed', () => {
  it('is gone once its port refuses, though it broke off the call before', async () => {
    calls(failed(errno('ECONNRESET')), failed(errno('ECONNREFUSED')));
    expect(await noteOf('toxic')).toBeNull();
  });

  it('is asked again until it does', async () => {
    const closed = failed(errno('UND_ERR_SOCKET'));
    calls(closed, closed, failed(errno('ECONNREFUSED')));
    const policy = { ...patient, pauseMs: 0 };
    const report = await undoEntries([entryOf('toxic', true)], undoKinds, policy, () => Promise.resolve());
    expect(report).toEqual({ undone: ['x'], failed: [] });
  });
});
