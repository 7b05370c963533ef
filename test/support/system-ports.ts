// Ports of src/system for its tests: a journal in memory, proxies that only pass on, and a target in a fixture folder.

import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Address, Link, LinkPort, Tracker, UndoIntent } from '../../src/kernel/ports.ts';
import type { SystemPorts } from '../../src/system/system.ts';
import type { TargetSpec } from '../../src/system/target-spec.ts';

export const fixtureFolder = fileURLToPath(new URL('./fixture-target/', import.meta.url));

export interface MemoryTracker extends Tracker {
  /** Everything that was ever journalled, in order. */
  readonly all: readonly { readonly intent: UndoIntent; readonly snapshot: unknown }[];
  /** What has not been released. */
  readonly open: () => UndoIntent[];
}

let trackers = 0;

export function memoryTracker(): MemoryTracker {
  trackers += 1;
  const all: { intent: UndoIntent; snapshot: unknown; released: boolean }[] = [];
  return {
    childToken: `test-${process.pid}-${trackers}`,
    all,
    open: () => all.filter(({ released }) => !released).map(({ intent }) => intent),
    track: (intent) => {
      const entry: (typeof all)[number] = { intent, snapshot: null, released: false };
      all.push(entry);
      return Promise.resolve({
        id: String(all.length),
        applied: (snapshot) => {
          entry.snapshot = snapshot;
          return Promise.resolve();
        },
        released: () => {
          entry.released = true;
          return Promise.resolve();
        },
      });
    },
  };
}

interface PassingLinks extends LinkPort {
  readonly opened: Map<string, Link>;
  /** Connections that went through, by link. */
  readonly connections: Map<string, number>;
}

/** TCP links that pass everything on. */
function passingLinks(): PassingLinks {
  const opened = new Map<string, Link>();
  const connections = new Map<string, number>();
  const open = async (name: string, first: Address): Promise<Link> => {
    let upstream = first;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      connections.set(name, (connections.get(name) ?? 0) + 1);
      const onward = connect(upstream.port, upstream.host);
      for (const [from, to] of [[socket, onward] as const, [onward, socket] as const]) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
    const port = await listen(server);
    const link: Link = {
      name,
      listen: { host: '127.0.0.1', port },
      get upstream() {
        return upstream;
      },
      retarget: (next) => {
        upstream = next;
        return Promise.resolve();
      },
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          for (const socket of sockets) socket.destroy();
          opened.delete(name);
        }),
    };
    opened.set(name, link);
    return link;
  };
  return { open, opened, connections };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

export interface TestPorts extends SystemPorts {
  readonly tracker: MemoryTracker;
  readonly links: PassingLinks;
  readonly lines: string[];
}

export function testPorts(
  linked: readonly string[] = [],
  extraEnv: Readonly<Record<string, string>> = {},
): TestPorts {
  const lines: string[] = [];
  return {
    tracker: memoryTracker(),
    links: passingLinks(),
    linked: new Set(linked),
    progress: (line) => lines.push(line),
    extraEnv,
    lines,
  };
}

/** The fixture service with one variant, `only`. */
export function fixtureTarget(overrides: Partial<TargetSpec> = {}): TargetSpec {
  return {
    name: 'fixture',
    folder: fixtureFolder,
    file: null,
    variants: { only: { kind: 'process', start: 'node server.mjs', env: { NAME: 'only' } } },
    http: 'http://127.0.0.1:{{port}}',
    ws: null,
    ready: { path: '/ready', withinMicros: 20_000_000 },
    dependencies: {},
    clients: {},
    prepare: null,
    observe: { process: false, docker: false, prometheus: null },
    docker: { project: null, host: null, maxContainers: 1, maxShare: 1 },
    secrets: [],
    allow: [],
    ...overrides,
  };
}
