// What the engine tests share: raw servers, steps as written, and a scope of plain values.

import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { EngineEnvironment, Scope } from '../../src/engines/engine.ts';
import { CookieJar } from '../../src/engines/cookies.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../../src/engines/settings.ts';
import { hostGate } from '../../src/faults/pins.ts';
import { isAllowedHost } from '../../src/system/host-rules.ts';
import { openEngines, stepInputSchemas } from '../../src/engines/registry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createRedactor } from '../../src/kernel/redact.ts';
import type { Sample } from '../../src/measure/outcome.ts';
import { templates } from '../../src/scenario/templates.ts';

export interface PlainScope extends Scope {
  readonly values: Record<string, unknown>;
}

export function plainScope(values: Record<string, unknown> = {}): PlainScope {
  return {
    values,
    get: (path) =>
      path
        .split('.')
        .reduce<unknown>((value, field) => (value as Record<string, unknown> | undefined)?.[field], values),
    set: (name, value) => {
      values[name] = value;
    },
  };
}

export function environmentOf(
  addresses: Partial<EngineEnvironment['addresses']>,
  changes: Partial<EngineEnvironment>,
): EngineEnvironment {
  return {
    addresses: { http: undefined, ws: undefined, clients: {}, ...addresses },
    http: defaultHttpSettings,
    tls: defaultTlsSettings,
    env: {},
    observer: { observe: () => undefined, tally: () => undefined },
    isAllowedHost: (host) => isAllowedHost(host, []),
    hosts: hostGate({}, []),
    file: (written) => written,
    templates,
    nowMicros: () => systemClock.nowMicros(),
    redact: createRedactor(['s3cret-value']),
    ...changes,
  };
}

type Written = { readonly http: string } | { readonly ws: string };

/** One user against a target: sends steps as they are written in scenario files. */
export function openUser(
  addresses: Partial<EngineEnvironment['addresses']>,
  changes: Partial<EngineEnvironment> = {},
) {
  const engines = openEngines(environmentOf(addresses, changes));
  const session = engines.session({ cookies: new CookieJar() });
  const scope = plainScope();
  const prepare = (written: Written & Record<string, unknown>) =>
    engines.prepare(
      'http' in written ? stepInputSchemas.http.parse(written) : stepInputSchemas.ws.parse(written),
    );
  return {
    engines,
    scope,
    prepare,
    send: (
      written: Written & Record<string, unknown>,
      signal: AbortSignal = new AbortController().signal,
      due: number | null = null,
    ): Promise<Sample> => session.send(prepare(written), scope, due, signal),
    trouble: () => session.trouble?.() ?? null,
    leave: () => session.close(),
    close: async () => {
      await session.close();
      await engines.close();
    },
  };
}

export interface RawServer {
  readonly port: number;
  readonly sockets: Socket[];
  readonly close: () => Promise<void>;
}

/** A TCP server that does whatever `onRequest` does with the connection at its first and later bytes. */
export async function rawServer(
  onData: (socket: Socket, text: string, nthConnection: number) => void,
): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    const nth = sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => onData(socket, chunk.toString(), nth));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
