// Faults on real containers that take something away: networks, processor time, memory, and what a command of one's own does.

import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker } from '../../src/faults/clients/docker.ts';
import type { DockerPort } from '../../src/faults/clients/docker-port.ts';
import type { ContainerState } from '../../src/faults/clients/docker-state.ts';
import { injectOnContainers } from '../../src/faults/inject-container.ts';
import type { Injection } from '../../src/faults/fault.ts';
import { faultInputSchema } from '../../src/faults/registry.ts';
import type { ContainerFaultSpec } from '../../src/faults/registry.ts';
import { docker, dockerMissing, openDockerYard } from '../support/docker.ts';
import type { DockerYard } from '../support/docker.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import type { MemoryTracker } from '../support/memory-tracker.ts';

const missing = await dockerMissing();
const name = `mettle-test-${randomBytes(4).toString('hex')}`;
const address = { host: process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock', certFolder: null };
const serve = 'require("http").createServer((q,s)=>s.end("here")).listen(8080)';
const idle = 'setInterval(()=>{},1000)';

describe.skipIf(missing !== undefined)('faults that take something from a container', () => {
  let engine: DockerPort;
  let yard: DockerYard;
  let tracker: MemoryTracker;

  beforeEach(() => {
    tracker = memoryTracker();
  });

  beforeAll(async () => {
    engine = await connectDocker(address);
    yard = await openDockerYard();
    // One whose subnet is ours, where addresses can be asked for, and one whose subnet Docker chose.
    await docker('network', 'create', '--label', name, '--subnet', '172.31.213.0/24', `${name}-own`);
    await docker('network', 'create', '--label', name, `${name}-auto`);
  });

  afterEach(async () => {
    const left = (await docker('ps', '--all', '--quiet', '--filter', `label=${name}`)).split('\n');
    if (left[0] !== '') await docker('rm', '--force', ...left);
    expect(tracker.outstanding()).toEqual([]);
  });

  afterAll(async () => {
    await docker('network', 'rm', `${name}-own`, `${name}-auto`).catch(() => undefined);
    await yard.close();
  });

  /** A container that is up. */
  async function start(suffix: string, program: string, ...flags: readonly string[]): Promise<string> {
    const own = `${name}-${suffix}`;
    await docker(
      'run',
      '--detach',
      '--label',
      name,
      '--name',
      own,
      ...flags,
      yard.image,
      process.execPath,
      '-e',
      program,
    );
    return own;
  }

  async function state(container: string): Promise<ContainerState> {
    const found = await engine.inspect(container);
    if (found === undefined) throw new Error(`there is no ${container}`);
    return found;
  }

  async function inject(fault: string, parameters: object, ...on: readonly string[]): Promise<Injection> {
    const spec = faultInputSchema.parse({ fault, with: parameters }) as ContainerFaultSpec;
    const containers = await Promise.all(on.map(state));
    return await injectOnContainers({ id: 'f', spec, forMicros: 1e6, tracker, docker: address, containers });
  }

  /** What a container answers another by a name of the network; empty: nothing. */
  async function asked(from: string, url: string): Promise<string> {
    const program = `fetch("${url}",{signal:AbortSignal.timeout(1500)}).then(r=>r.text()).then(console.log,()=>{})`;
    return await docker('exec', from, process.execPath, '-e', program);
  }

  const fetched = (url: string): Promise<string> =>
    fetch(url, { signal: AbortSignal.timeout(1_500) }).then(
      (answer) => answer.text(),
      () => '',
    );

  const statuses = async (injection: Injection): Promise<Record<string, string>> => {
    const { fidelity, status, note } = await injection.clear();
    expect({ status, note }).toEqual({ status: 'undone', note: null });
    return Object.fromEntries(fidelity.map((check) => [check.name, check.status]));
  };

  it('disconnect: nobody reaches it by name or port, and afterwards all is as it was', async () => {
    const asker = await start('asker', idle, '--network', `${name}-own`);
    const fixed = await start(
      'fixed',
      serve,
      '--network',
      `${name}-own`,
      '--ip',
      '172.31.213.50',
      '--network-alias',
      'db',
      '--publish',
      '127.0.0.1:18931:8080',
    );
    await docker('network', 'connect', '--alias', 'other', `${name}-auto`, fixed);
    await expect.poll(() => asked(asker, 'http://db:8080/'), { timeout: 10_000 }).toBe('here');
    await expect.poll(() => fetched('http://127.0.0.1:18931/'), { timeout: 5_000 }).toBe('here');
    const before = await state(fixed);
    const injection = await inject('disconnect', {}, fixed);
    expect(await asked(asker, 'http://db:8080/')).toBe('');
    expect(await fetched('http://127.0.0.1:18931/')).toBe('');
    expect((await state(fixed)).networks).toEqual({});
    expect(await statuses(injection)).toMatchObject({ networks: 'within', effect: 'within', kept: 'within' });
    const after = await state(fixed);
    const shape = ({ networks, ports }: ContainerState) => ({
      ports,
      networks: Object.entries(networks).map(([at, { IPAddress, MacAddress, Aliases, IPAMConfig }]) => [
        ...[at, IPAddress, MacAddress, [...(Aliases ?? [])].sort(), IPAMConfig?.IPv4Address ?? ''],
      ]),
    });
    expect(shape(after)).toEqual(shape(before));
    expect(await asked(asker, 'http://db:8080/')).toBe('here');
    expect(await fetched('http://127.0.0.1:18931/')).toBe('here');
  });

  it('disconnect: several at once on a network whose subnet Docker chose get their own addresses again', async () => {
    const all: string[] = [];
    for (const suffix of ['a', 'b', 'c']) all.push(await start(suffix, idle, '--network', `${name}-auto`));
    const addresses = async (): Promise<string[]> =>
      (await Promise.all(all.map(state))).map(({ networks }) => networks[`${name}-auto`]?.IPAddress ?? '');
    const before = await addresses();
    const injection = await inject('disconnect', { network: `${name}-auto` }, ...all);
    await statuses(injection);
    expect(await addresses()).toEqual(before);
  });

  it('disconnect: refused before acting where Docker could not put it back', async () => {
    const port = await start('port', idle, '--network', `${name}-own`, '--publish', '127.0.0.1::8080');
    await expect(inject('disconnect', {}, port)).rejects.toThrow(/8080\/tcp on a port that Docker picks/);
    const host = await start('host', idle, '--network', 'host');
    await expect(inject('disconnect', {}, host)).rejects.toThrow(/network mode “host”/);
    const none = await start('none', idle, '--network', 'none');
    await expect(inject('disconnect', {}, none)).rejects.toThrow(/network mode “none”/);
    await expect(inject('disconnect', { network: 'nowhere' }, port)).rejects.toThrow(
      /not on the network nowhere/,
    );
    const first = await start('first', idle, '--network', `${name}-auto`);
    const second = await start('second', idle, '--network', `${name}-auto`);
    await docker('network', 'disconnect', `${name}-auto`, first);
    await expect(inject('disconnect', {}, second)).rejects.toThrow(/a lower address is free/);
    expect(Object.keys((await state(second)).networks)).toEqual([`${name}-auto`]);
  });

  it('disconnect: the default bridge, where nothing can be asked for', async () => {
    const plain = await start('plain', idle);
    const before = (await state(plain)).networks['bridge'];
    await statuses(await inject('disconnect', { network: 'bridge' }, plain));
    expect((await state(plain)).networks['bridge']?.IPAddress).toBe(before?.IPAddress);
  });

  it.each([
    ['none', [], (limits: ContainerState['limits']) => limits.nanoCpus === 0 && limits.cpuQuota <= 0],
    ['a share', ['--cpus', '1.5'], (limits: ContainerState['limits']) => limits.nanoCpus === 1.5e9],
    ['a quota', ['--cpu-quota', '150000'], (limits: ContainerState['limits']) => limits.cpuQuota === 150_000],
  ] as const)('cpu: where the limit was %s it is so again', async (_what, flags, isBack) => {
    const busy = await start('busy', 'for(;;);', ...flags);
    const injection = await inject('cpu', { cores: 0.2 }, busy);
    await wait(1_500);
    const used = await statuses(injection);
    expect(used).toMatchObject({ 'processor limit': 'within', 'processor time used': 'within' });
    expect(isBack((await state(busy)).limits)).toBe(true);
    const from = await engine.usage(busy);
    await wait(1_000);
    const to = await engine.usage(busy);
    // It runs freely again: under the fault it was held back in nearly every period of 100 ms.
    expect(to.throttledPeriods - from.throttledPeriods).toBeLessThan(5);
  });

  it('cpu: not binding on a container that does nothing; refused where it would give more', async () => {
    const lazy = await start('lazy', `${idle};console.log("listens")`, '--cpus', '0.5');
    // Until Node.js has started it is anything but lazy.
    await expect.poll(() => docker('logs', lazy), { timeout: 20_000, interval: 100 }).toBe('listens');
    await wait(500);
    const injection = await inject('cpu', { cores: 0.4 }, lazy);
    await wait(1_000);
    expect((await statuses(injection))['processor time used']).toBe('not binding');
    await expect(inject('cpu', { cores: 0.5 }, lazy)).rejects.toThrow(/has only 0.5 cores already/);
  });

  it.each([
    ['swap besides', ['--memory', '256m'], 536_870_912],
    ['no swap', ['--memory', '256m', '--memory-swap', '256m'], 268_435_456],
    ['all the swap there is', ['--memory', '256m', '--memory-swap', '-1'], -1],
  ] as const)('memory: with %s it is as before afterwards', async (_what, flags, swapBytes) => {
    const small = await start('small', idle, ...flags);
    await wait(500);
    const injection = await inject('memory', { limit: '64MiB' }, small);
    expect((await state(small)).limits.memoryBytes).toBe(67_108_864);
    expect(await statuses(injection)).toMatchObject({
      'memory limit': 'within',
      'memory in use': 'not binding',
    });
    expect((await state(small)).limits).toMatchObject({
      memoryBytes: 268_435_456,
      memorySwapBytes: swapBytes,
    });
  });

  it('memory: one that ends for lack of it is started again', async () => {
    // Told to grow only under the fault: older control groups refuse a limit below what is in use.
    const grow = 'setInterval(()=>{if(a.length<15)a.push(Buffer.alloc(10*1048576,1))},60)';
    const told = `const a=[];process.on("SIGUSR2",()=>${grow});${idle};console.log("listens")`;
    const hungry = await start('hungry', told, '--memory', '512m', '--memory-swap', '512m');
    const patience = { timeout: 20_000, interval: 100 };
    await expect.poll(() => docker('logs', hungry), patience).toBe('listens');
    const { startedAt } = await state(hungry);
    const injection = await inject('memory', { limit: '80MiB' }, hungry);
    await docker('kill', '--signal', 'SIGUSR2', hungry);
    await expect.poll(async () => (await state(hungry)).status, patience).toBe('exited');
    expect(await statuses(injection)).toMatchObject({ 'memory in use': 'within' });
    const after = await state(hungry);
    expect(after).toMatchObject({ status: 'running', limits: { memoryBytes: 536_870_912 } });
    expect(after.startedAt).not.toBe(startedAt);
  });

  it('memory: refused where there is no limit to go back to, and left alone below what is in use', async () => {
    const free = await start('free', idle);
    await expect(inject('memory', { limit: '64MiB' }, free)).rejects.toThrow(/has no memory limit/);
    const full = await start(
      'full',
      'const a=Buffer.alloc(100*1048576,1);setInterval(()=>a[0]++,1000)',
      '--memory',
      '512m',
    );
    await wait(1_000);
    const small = inject('memory', { limit: '32MiB' }, full);
    // Older control groups refuse it, newer ones end the container: either way it is as before afterwards.
    const outcome = await small.then(statuses, (error: unknown) => String(error));
    expect(JSON.stringify(outcome)).toMatch(/unable to set memory limit|within/);
    expect((await state(full)).limits.memoryBytes).toBe(536_870_912);
  });

  const node = (program: string): string[] => [process.execPath, '-e', program];
  const isThere = 'process.exit(require("fs").existsSync("/broken")?0:1)';

  it('exec: the command, its undo and its check', async () => {
    const box = await start('box', idle);
    const command = node('require("fs").writeFileSync("/broken","")');
    const undo = node('require("fs").rmSync("/broken",{force:true})');
    const check = node('process.exit(require("fs").existsSync("/broken")?1:0)');
    const there = (): Promise<number | null> =>
      engine.exec(box, node(isThere), 5_000).then(({ exitCode }) => exitCode);
    const injection = await inject('exec', { command, undo, check }, box);
    expect(await there()).toBe(0);
    await statuses(injection);
    expect(await there()).toBe(1);
    // Restarted in between: the undo still runs.
    const again = await inject('exec', { command, undo }, box);
    await docker('restart', '--time', '0', box);
    expect(await there()).toBe(0);
    await statuses(again);
    expect(await there()).toBe(1);
  });

  it('exec: a command that fails is undone at once; an undo or a check that fails is told', async () => {
    const box = await start('box', idle);
    const command = node('require("fs").writeFileSync("/broken","");console.log("no luck");process.exit(3)');
    const undo = node('require("fs").rmSync("/broken",{force:true})');
    await expect(inject('exec', { command, undo }, box)).rejects.toThrow(/exited with 3: no luck/);
    expect((await engine.exec(box, node(isThere), 5_000)).exitCode).toBe(1);
    const nothing = node('0');
    await expect(
      inject('exec', { command: node(idle), undo: nothing, timeout: '500ms' }, box),
    ).rejects.toThrow(/had not ended after 0.5 s/);
    const failing = await inject('exec', { command: nothing, undo: node('process.exit(9)') }, box);
    const failed = await failing.clear();
    expect(failed.status).toBe('undo failed');
    expect(failed.note).toMatch(/exited with 9.*by hand: docker exec/);
    const unsure = await inject(
      'exec',
      { command: nothing, undo: nothing, check: node('process.exit(4)') },
      box,
    );
    expect((await unsure.clear()).note).toMatch(/the check after the undo failed.*exited with 4/);
    // Both stay in the journal; here they are let go.
    for (const { data } of tracker.outstanding()) expect(data['containerName']).toBe(box);
    tracker = memoryTracker();
  });
});
