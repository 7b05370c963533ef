// What a case about a proxy server is given, and the words it is written in.

import { expect } from 'vitest';
import { dial, portOf, type ApiAnswer, type CallApi, type Dialled } from './proxy-loopback.ts';

export interface World {
  readonly api: CallApi;
  /** Where an echo server listens. */
  readonly upstream: string;
  /** A name no other case uses. */
  readonly name: string;
}

export interface ConformanceCase {
  readonly says: string;
  readonly run: (world: World) => Promise<void>;
}

export interface ProxyJson {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  readonly toxics: readonly ToxicJson[];
}

export interface ToxicJson {
  readonly name: string;
  readonly attributes: Record<string, number>;
}

export const loopback = '127.0.0.1:0';

export async function openProxy({ api, name, upstream }: World, more: object = {}): Promise<ProxyJson> {
  const answer = await api('POST', '/proxies', { name, upstream, listen: loopback, ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.json as ProxyJson;
}

export async function dialProxy(world: World, toxics: readonly object[] = []): Promise<Dialled> {
  const { listen } = await openProxy(world);
  for (const toxic of toxics) await addToxic(world, toxic);
  return dial(portOf(listen));
}

export async function addToxic({ api, name }: World, toxic: object): Promise<void> {
  const answer = await api('POST', `/proxies/${name}/toxics`, toxic);
  expect(answer.status, answer.text).toBe(200);
}

export function expectError(answer: ApiAnswer, status: number, error: string | RegExp): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.json).toMatchObject({ status, error: expect.stringMatching(error) as unknown });
}

export const exactly = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

export async function refuses(
  { api, name }: World,
  path: string,
  expected: readonly (readonly [body: unknown, status: number, error: string | RegExp])[],
): Promise<void> {
  for (const [body, status, error] of expected) {
    expectError(await api('POST', path.replace('{name}', name), body), status, error);
  }
}
