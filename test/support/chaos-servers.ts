// Both kinds of Toxiproxy server, as programs of their own, for tests of what is done to a server that others use.

import { Toxiproxy } from 'toxiproxy-node-client';
import type { RunningCli, Workspace } from './cli.ts';
import { startEcho } from './proxy-loopback.ts';
import { findToxiproxy, startToxiproxy } from './real-toxiproxy.ts';

export interface ChaosServer {
  readonly apiUrl: string;
  close(): Promise<void>;
}

/** `mettle chaos proxy` as a user starts it. */
export async function startChaosProxy(
  workspace: Workspace,
  args: readonly string[] = ['--port', '0'],
): Promise<ChaosServer & { readonly cli: RunningCli }> {
  const cli = workspace.start(['chaos', 'proxy', ...args]);
  await cli.until('its API is up', () => cli.stdout().includes('API on'));
  const apiUrl = /http:\/\/\S+:\d+/.exec(cli.stdout())?.[0] ?? '';
  const close = async (): Promise<void> => {
    cli.kill('SIGTERM');
    await cli.ended;
  };
  return { cli, apiUrl, close };
}

const binary = findToxiproxy();

/** For `describe.each`. */
export const serverKinds: readonly (readonly [
  name: string,
  start: (workspace: Workspace) => Promise<ChaosServer>,
])[] = [
  ['mettle chaos proxy', startChaosProxy],
  ...(binary === undefined ? [] : [['a real Toxiproxy', () => startToxiproxy(binary)] as const]),
];

export interface TheirProxy {
  /** `127.0.0.1:4711` */
  readonly listen: string;
  /** What the server has, all of it. */
  readonly state: () => Promise<Record<string, { readonly toxics: readonly { readonly name: string }[] }>>;
  close(): Promise<void>;
}

/** A proxy called `db` in front of an echo server, made by somebody else. */
export async function theirProxy({ apiUrl }: ChaosServer): Promise<TheirProxy> {
  const echo = await startEcho();
  const upstream = `127.0.0.1:${echo.port}`;
  const { listen } = await new Toxiproxy(apiUrl).createProxy({ name: 'db', listen: '127.0.0.1:0', upstream });
  return {
    listen,
    state: async () => (await (await fetch(`${apiUrl}/proxies`)).json()) as never,
    close: () => echo.close(),
  };
}
