// What real containers use, as series: processor, memory against the limit, network, restarts, lack of memory.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import type { ContainerSeriesRecord } from '../../src/record/observed-schema.ts';
import { observeContainers } from '../../src/run/observed-containers.ts';
import { lastRecord, openWorkspace } from '../support/cli.ts';
import { docker, dockerMissing, openDockerYard } from '../support/docker.ts';
import type { DockerYard } from '../support/docker.ts';

const missing = await dockerMissing();
const project = `mettle-test-${randomBytes(4).toString('hex')}`;
const address = { host: process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock', certFolder: null };
const mebibyte = 1_048_576;
const labelsOf = (service: string): string[] => [
  `com.docker.compose.project=${project}`,
  `com.docker.compose.service=${service}`,
];

const programs = {
  // Says ten times a second what it has used: on a machine that does other things, too, nobody else knows how much it got.
  busy: 'for(let at=0;;){if(Date.now()<at)continue;at=Date.now()+100;console.log(at,process.cpuUsage().user+process.cpuUsage().system)}',
  idle: 'setInterval(()=>{},1000)',
  // Each waits for a signal, so that what it does falls between two looks.
  grows: 'process.on("SIGUSR2",()=>{globalThis.kept=Buffer.alloc(64*1048576,1)});setInterval(()=>{},1000)',
  starves:
    'const kept=[];process.on("SIGUSR2",()=>{for(;;)kept.push(Buffer.alloc(8*1048576,1))});setInterval(()=>{},1000)',
  ends: 'process.on("SIGUSR2",()=>process.exit(1));setInterval(()=>{},1000)',
} as const;
type Service = keyof typeof programs;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const request = {
  ...{ docker: address, seed: 1, clock: systemClock, scenario: { chaos: [] } },
  target: { observe: { docker: true }, docker: { project } },
  signal: new AbortController().signal,
} as unknown as Parameters<typeof observeContainers>[0];

describe.skipIf(missing !== undefined)('containers that are watched', () => {
  let yard: DockerYard;

  beforeAll(async () => {
    yard = await openDockerYard();
  });

  afterAll(async () => {
    const filter = `label=com.docker.compose.project=${project}`;
    const left = (await docker('ps', '--all', '--quiet', '--filter', filter)).split('\n');
    if (left[0] !== '') await docker('rm', '--force', ...left);
    await yard.close();
  });

  async function start(service: Service, ...flags: readonly string[]): Promise<void> {
    const labels = labelsOf(service).flatMap((label) => ['--label', label]);
    const named = ['--detach', '--name', `${project}-${service}`, ...labels];
    await docker('run', ...named, ...flags, yard.image, process.execPath, '-e', programs[service]);
  }

  /** Cores that the busy one says it had, between two moments of the wall clock. */
  async function shareByItself(fromMs: number, toMs: number): Promise<number> {
    const said = (await docker('logs', `${project}-busy`))
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    const within = said.filter(([atMs = 0]) => atMs >= fromMs && atMs <= toMs);
    const [[firstMs = 0, first = 0] = [], [lastMs = 0, last = 0] = []] = [within[0], within.at(-1)];
    return (last - first) / ((lastMs - firstMs) * 1_000);
  }

  it('tell what they use, what they may use, and what became of them', async () => {
    await start('busy');
    await start('idle');
    await start('grows', '--memory', '256m', '--cpus', '0.5');
    await start('starves', '--memory', '96m', '--memory-swap', '96m');
    await start('ends', '--restart', 'always');
    await wait(1_000); // Node.js has installed its handlers then
    const observation = await observeContainers(request);
    const startAtMicros = systemClock.nowMicros();
    const startedAtMs = Date.now();
    await wait(2_500);
    // Docker starts none again that was ended by a signal of its own.
    const signal = 'process.kill(1,"SIGUSR2")';
    for (const service of ['grows', 'starves', 'ends'])
      await docker('exec', `${project}-${service}`, process.execPath, '-e', signal).catch(() => undefined);
    const inspect = (service: Service, format: string): Promise<string> =>
      docker('inspect', '--format', `{{${format}}}`, `${project}-${service}`);
    const patience = { timeout: 20_000, interval: 200 };
    await expect.poll(() => inspect('starves', '.State.Status'), patience).toBe('exited');
    await expect.poll(() => inspect('ends', '.RestartCount'), patience).toBe('1');
    await wait(3_500);
    const series = observation.series(startAtMicros);
    observation.close();
    const of = (service: Service): ContainerSeriesRecord => {
      const found = series.find((one) => one.service === service);
      if (found === undefined) throw new Error(`no series of ${service}: ${observation.notes().join('; ')}`);
      return found;
    };
    const busy = of('busy').points;
    const [from, to] = [busy[0]?.atMicros ?? 0, busy.at(-1)?.atMicros ?? 0];
    const spent = busy
      .slice(1)
      .map(({ cpuShare, atMicros }, index) => cpuShare * (atMicros - (busy[index]?.atMicros ?? 0)));
    const share = spent.reduce((sum, micros) => sum + micros, 0) / (to - from);
    const ownShare = await shareByItself(startedAtMs + from / 1_000, startedAtMs + to / 1_000);
    expect(share / ownShare).toBeGreaterThan(0.8);
    expect(share / ownShare).toBeLessThan(1.25);
    const calm = median(of('idle').points.map(({ cpuShare }) => cpuShare));
    expect(calm).toBeLessThan(0.2);
    expect(calm).toBeLessThan(share / 3);
    const memory = of('grows').points.map(({ memoryBytes }) => memoryBytes);
    expect(Math.max(...memory) - Math.min(...memory)).toBeGreaterThanOrEqual(48 * mebibyte);
    expect(of('grows')).toMatchObject({ memoryLimitBytes: 256 * mebibyte, cores: 0.5, restarts: 0 });
    expect(of('idle')).toMatchObject({ memoryLimitBytes: null, restarts: 0, outOfMemory: 0 });
    expect(of('starves').outOfMemory).toBeGreaterThanOrEqual(1);
    expect(of('ends').restarts).toBe(1);
    for (const { points } of series) expect(points.length).toBeGreaterThan(0);
    // Of those that end, a look can come between their end and Docker's noticing it: there is nothing in them then.
    for (const point of (['busy', 'idle', 'grows'] as const).flatMap((service) => of(service).points)) {
      expect(point.processes).toBeGreaterThanOrEqual(1);
      expect(point.receivedBytes).toBeGreaterThanOrEqual(0);
      expect(point.memoryBytes).toBeGreaterThan(mebibyte);
    }
    const times = of('idle').points.map(({ atMicros }) => atMicros);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });

  it('are in the record of a run', async () => {
    const workspace = await openWorkspace();
    try {
      const { name, url } = await yard.startContainer({ labels: labelsOf('web') });
      const target = join(workspace.folder, 'target.yml');
      const written = {
        ...{ name: 'boxed', variants: { live: { http: url } } },
        ...{ docker: { project }, observe: { docker: true } },
      };
      await writeFile(target, JSON.stringify(written));
      const scenario = {
        ...{ name: 'boxed', target, slo: ['memory(service:web) < 1GiB', `restarts(container:${name}) < 1`] },
        flows: { visit: { steps: [{ http: 'GET /', name: 'visit' }] } },
        load: [{ flow: 'visit', arrivals: [{ rate: '40/s', for: '6s' }] }],
      };
      const path = await workspace.file('scenario.yml', JSON.stringify(scenario));
      const result = await workspace.run(['run', path]);
      // 3: a generator that was short of processor time; what was seen of containers is no worse for it.
      expect([0, 3], result.stdout + result.stderr).toContain(result.exitCode);
      const record = lastRecord(workspace);
      const web = record.containers?.find((series) => series.name === name);
      expect(web).toMatchObject({ service: 'web', restarts: 0, outOfMemory: 0, memoryLimitBytes: null });
      expect(record.slo.map(({ status }) => status)).toEqual(['pass', 'pass']);
      const during = web?.points.filter(({ atMicros }) => atMicros > 0 && atMicros < 7_000_000) ?? [];
      expect(during.length).toBeGreaterThanOrEqual(3);
      // Each answer left it.
      const sent = during.map(({ sentBytes }) => sentBytes ?? 0);
      expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(5_000);
    } finally {
      await workspace.close();
    }
  });
});
