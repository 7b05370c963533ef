// What the machine's size, limits and neighbours mean for tests. Pure.

import { formatSize } from '../kernel/units.ts';
import type { DoctorLevel, Judgement } from '../record/doctor-schema.ts';
import type { MachineFacts } from './doctor-machine.ts';
import type { Reached } from './doctor-reach.ts';

export const judgeFacts = (facts: MachineFacts): Judgement[] => [
  judgeProcessors(facts),
  judgeMemory(facts),
  { name: 'Node.js', level: 'good', value: facts.node, meaning: 'a version that Mettle supports' },
  judgeOpenFiles(facts.openFiles),
  judgePorts(facts.ephemeralPorts),
  judgeServer('Docker', facts.docker, 'Docker faults and container targets cannot be used'),
  judgeServer(
    'Toxiproxy',
    facts.toxiproxy,
    'the embedded proxy is used; a real one is a URL away (TOXIPROXY_URL)',
  ),
  judgePostgres(facts.postgres),
];

const atLeast = (value: number, good: number, watch: number): DoctorLevel =>
  value >= good ? 'good' : value >= watch ? 'watch' : 'poor';

function judgeProcessors({ processors, processorModel, quota }: MachineFacts): Judgement {
  const usable = Math.min(processors, quota ?? Infinity);
  const level = atLeast(usable, 4, 2);
  const limit = quota === null ? '' : `, limited to ${Number(quota.toFixed(2))}`;
  return {
    name: 'processors',
    level,
    value: `${processors} × ${processorModel}${limit}`,
    meaning: {
      good: 'room for load threads beside the target',
      watch: 'one load thread; a target on this machine shares its processors with the generator',
      poor: 'generator and target take turns on one processor: latencies of both are mixed up',
    }[level as 'good' | 'watch' | 'poor'],
  };
}

const mebibytes = 1_048_576;

function judgeMemory({ memoryBytes, availableBytes }: MachineFacts): Judgement {
  const level = atLeast(availableBytes, 1_024 * mebibytes, 256 * mebibytes);
  return {
    name: 'memory',
    level,
    value: `${formatSize(availableBytes)} available of ${formatSize(memoryBytes)}`,
    meaning:
      level === 'good' ? 'enough' : 'close others: a thread that runs out of memory makes the run invalid',
  };
}

/** Descriptors that are not sockets of load: files, pipes, the threads' own. */
const reserved = 200;

function judgeOpenFiles(openFiles: number | null): Judgement {
  const name = 'open files';
  if (openFiles === null) {
    return { name, level: 'unknown', value: 'no limit known', meaning: 'connections end where memory does' };
  }
  const connections = Math.max(0, openFiles - reserved);
  return {
    name,
    level: atLeast(connections, 8_000, 1_000),
    value: openFiles.toLocaleString('en-US'),
    meaning:
      `about ${connections.toLocaleString('en-US')} connections at once` +
      (connections < 8_000 ? '; raise it with: ulimit -n' : ''),
  };
}

function judgePorts(ports: number | null): Judgement {
  const name = 'ports';
  if (ports === null) return { name, level: 'unknown', value: 'unknown', meaning: 'the system does not say' };
  const level = atLeast(ports, 20_000, 5_000);
  const count = ports.toLocaleString('en-US');
  return {
    name,
    level,
    value: count,
    meaning:
      `at most ${count} connections at once to one address; without keep-alive, ` +
      `about ${Math.floor(ports / 60).toLocaleString('en-US')} new ones a second`,
  };
}

function judgeServer(name: string, { status, detail }: Reached, without: string): Judgement {
  switch (status) {
    case 'reached':
      return { name, level: 'good', value: detail, meaning: 'can be used' };
    case 'not set':
      return { name, level: 'absent', value: 'none', meaning: without };
    case 'not asked':
      return { name, level: 'unknown', value: detail, meaning: 'not on this machine, so it was not asked' };
    case 'unreachable':
      return {
        name,
        level: 'poor',
        value: `set, but out of reach: ${detail}`,
        meaning: 'what needs it will fail',
      };
  }
}

function judgePostgres(postgres: MachineFacts['postgres']): Judgement {
  const name = 'PostgreSQL';
  switch (postgres) {
    case 'embedded':
      return {
        name,
        level: 'good',
        value: 'embedded',
        meaning: 'targets can be given a database of their own',
      };
    case 'yours':
      return {
        name,
        level: 'good',
        value: 'by DATABASE_URL',
        meaning: 'only a schema that Mettle makes is touched',
      };
    case 'absent':
      return {
        name,
        level: 'absent',
        value: 'none',
        meaning: 'targets that need one: install the embedded one, or set DATABASE_URL',
      };
  }
}
