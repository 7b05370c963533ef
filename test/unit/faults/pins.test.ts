// The gate of every connection: pinned names are not looked up again, others are checked as they are connected to.

import { describe, expect, it } from 'vitest';
import type { LookUp } from '../../../src/engines/name-lookup.ts';
import { answeringAddress } from '../../../src/faults/answering.ts';
import { pinnedToxiproxy } from '../../../src/faults/clients/pinned-toxiproxy.ts';
import { errnoOf } from '../../../src/kernel/errors.ts';
import { gatedAddresses, hostGate } from '../../../src/faults/pins.ts';

/** A resolver that answers each look-up with the next of its answers, and counts. */
function resolver(...answers: readonly (readonly string[])[]): { lookUp: LookUp; asked: string[] } {
  const asked: string[] = [];
  const lookUp: LookUp = (hostname, _family, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookUp, asked };
}

describe('a pinned name', () => {
  it('keeps all the addresses that were checked, however it is written, and is never looked up', async () => {
    const { lookUp, asked } = resolver(['203.0.113.66']);
    const gate = hostGate({ 'rag.staging.example': ['203.0.113.7', '203.0.113.8'] }, [], lookUp);
    expect(gate.pinned('RAG.staging.example.')).toEqual(['203.0.113.7', '203.0.113.8']);
    expect(await gatedAddresses(gate, 'rag.staging.example')).toEqual(['203.0.113.7', '203.0.113.8']);
    expect(asked).toEqual([]);
  });

  it('lets its addresses be written as such, and no others', () => {
    const gate = hostGate({ 'toxi.example': ['203.0.113.7'] }, ['toxi.example']);
    expect(gate.refusal('203.0.113.7')).toBeNull();
    expect(gate.refusal('203.0.113.8')).toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    expect(gate.refusal('127.0.0.1')).toBeNull();
    expect(gate.refusal('169.254.169.254')).toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    expect(hostGate({}, ['203.0.113.8']).refusal('203.0.113.8')).toBeNull();
  });
});

describe('a name that is not pinned', () => {
  it.each<[string, string[], string[], string]>([
    ['is let through when it is this machine', ['127.0.0.1', '::1'], [], 'through'],
    ['is refused when it is elsewhere', ['203.0.113.7'], [], 'HOST_NOT_ALLOWED'],
    [
      'is refused when one of its addresses is elsewhere',
      ['127.0.0.1', '203.0.113.7'],
      [],
      'HOST_NOT_ALLOWED',
    ],
    ['is let through when it is allowed', ['203.0.113.7'], ['x.example'], 'through'],
    ['is refused where clouds keep credentials', ['169.254.169.254'], ['x.example'], 'HOST_NOT_ALLOWED'],
    ['is refused without any address', [], ['x.example'], 'HOST_UNKNOWN'],
  ])('%s', async (_name, addresses, allow, expected) => {
    const gate = hostGate({}, allow, resolver(addresses).lookUp);
    const outcome = await gatedAddresses(gate, 'x.example').then(
      (found) => {
        expect(found).toEqual(addresses);
        return 'through';
      },
      (error: unknown) => errnoOf(error),
    );
    expect(outcome).toBe(expected);
  });

  it('is checked each time: the second answer of a resolver is not trusted for the first', async () => {
    const gate = hostGate({}, [], resolver(['127.0.0.1'], ['203.0.113.7']).lookUp);
    expect(await gatedAddresses(gate, 'x.example')).toEqual(['127.0.0.1']);
    await expect(gatedAddresses(gate, 'x.example')).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
  });
});

describe('where one address must do', () => {
  it('the first that answers is taken, or the first of all', async () => {
    const accepts = (address: string): Promise<boolean> => Promise.resolve(address === '127.0.0.1');
    expect(await answeringAddress(['::1', '127.0.0.1'], 1, accepts)).toBe('127.0.0.1');
    expect(await answeringAddress(['::1', '::2'], 1, accepts)).toBe('::1');
    await expect(answeringAddress([], 1, accepts)).rejects.toThrow('no address');
  });

  it('stands in the URL of a Toxiproxy in the place of its name, but where a certificate needs the name', async () => {
    expect(await pinnedToxiproxy('http://toxi.example:8474', ['203.0.113.7'])).toBe(
      'http://203.0.113.7:8474',
    );
    expect(await pinnedToxiproxy('http://toxi.example/api', ['2001:db8::7'])).toBe(
      'http://[2001:db8::7]/api',
    );
    expect(await pinnedToxiproxy('https://toxi.example', ['203.0.113.7'])).toBe('https://toxi.example');
    expect(await pinnedToxiproxy('http://127.0.0.1:8474', ['127.0.0.1'])).toBe('http://127.0.0.1:8474');
  });
});
