// What containers can be deprived of, through the whole program; and what happens to them meanwhile, in record and report.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, recordFolders, runMeasured } from '../support/cli.ts';
import type { Workspace } from '../support/cli.ts';
import { docker, dockerMissing, openDockerYard } from '../support/docker.ts';
import type { DockerYard, TestContainer } from '../support/docker.ts';

const missing = await dockerMissing();
const labels = ['mettle.allow=true'];
const node = (program: string): string[] => [process.execPath, '-e', program];
const exec = {
  fault: 'exec',
  with: {
    command: node('require("fs").writeFileSync("/broken","")'),
    undo: node('require("fs").rmSync("/broken",{force:true})'),
    check: node('process.exit(require("fs").existsSync("/broken")?1:0)'),
  },
};

describe.skipIf(missing !== undefined)('what containers are deprived of, through the program', () => {
  let workspace: Workspace;
  let yard: DockerYard;

  beforeAll(async () => {
    workspace = await openWorkspace();
    yard = await openDockerYard();
  });

  afterAll(async () => {
    await yard.close();
    await workspace.close();
  });

  async function write(container: TestContainer, fault: object): Promise<string> {
    const scenario = {
      ...{ name: 'boxed', target: { http: container.url }, slo: ['p50(visit) < 1s during steady'] },
      flows: { visit: { steps: [{ http: 'GET /', name: 'visit', timeout: '1s' }] } },
      load: [{ flow: 'visit', arrivals: [{ rate: '20/s', for: '7s' }] }],
      chaos: [{ id: 'hit', at: '1s', for: '2s', on: `container:${container.name}`, ...fault }],
    };
    return await workspace.file('scenario.yml', JSON.stringify(scenario));
  }

  /** All that these faults change. */
  const shape = async (name: string): Promise<string> => {
    const limits = '{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}';
    const networks =
      '{{range $name, $at := .NetworkSettings.Networks}}{{$name}} {{$at.IPAddress}} {{$at.MacAddress}}{{end}}';
    return await docker('inspect', '--format', `{{.State.Status}} ${limits} ${networks}`, name);
  };

  async function nothingLeft(): Promise<void> {
    const status = await workspace.run(['chaos', 'status']);
    expect(status.stdout + status.stderr).toMatch(/nothing/i);
  }

  it.each([
    { fault: { fault: 'cpu', with: { cores: 0.2 } }, flags: [] },
    { fault: { fault: 'memory', with: { limit: '128MiB' } }, flags: [] },
    { fault: { fault: 'disconnect' }, flags: [] },
    { fault: exec, flags: ['--allow-exec'] },
  ])('$fault.fault: is in the record, and undone', async ({ fault, flags }) => {
    const limits = ['--memory', '256m', '--memory-swap', '256m', '--cpus', '1'];
    const container = await yard.startContainer({ labels, flags: limits });
    const before = await shape(container.name);
    const result = await runMeasured(workspace, [await write(container, fault), ...flags]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const record = lastRecord(workspace);
    const [played] = record.faults;
    expect(played).toMatchObject({ kind: fault.fault, status: 'undone', note: null });
    expect(played?.fidelity.map(({ status }) => status)).not.toContain('outside');
    expect(await shape(container.name)).toBe(before);
    if (fault.fault === 'disconnect') expect(record.series[0]?.failed).toBeGreaterThan(0);
    await nothingLeft();
  });

  it('exec: refused without --allow-exec, before anything is started', async () => {
    const container = await yard.startContainer({ labels });
    const result = await workspace.run(['run', await write(container, exec)]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(2);
    expect(result.stderr).toContain('--allow-exec');
  });

  it('tells of containers that run out of memory, start again and change their health', async () => {
    // Grows when it is told to, and started again it is told no more.
    const hungry =
      'const a=[];process.on("SIGUSR2",()=>setInterval(()=>a.push(Buffer.alloc(20*1048576,1)),50));' +
      'setInterval(()=>{},1000);console.log("listens")';
    const health = ['--health-cmd', 'false', '--health-interval', '1s', '--health-retries', '1'];
    const project = ['com.docker.compose.project=diner'];
    const main = await yard.startContainer({ labels: [...labels, ...project], flags: health });
    const other = await yard.startContainer({ labels: project });
    const eater = `${other.name}-eater`;
    const fresh = `${other.name}-fresh`;
    const memory = ['--memory', '100m', '--memory-swap', '100m', '--restart', 'always'];
    const path = await write(main, { fault: 'restart', with: { grace: '1s' } });
    const target = { name: 'diner', variants: { live: { http: other.url } }, docker: { project: 'diner' } };
    await workspace.file('target.yml', JSON.stringify(target));
    const scenario: unknown = JSON.parse(await readFile(path, 'utf8'));
    await workspace.file('scenario.yml', JSON.stringify({ ...(scenario as object), target: './target.yml' }));
    try {
      const flags = [...memory, '--label', project[0] ?? ''];
      await docker('run', '--detach', '--name', eater, ...flags, yard.image, ...node(hungry));
      await expect.poll(() => docker('logs', eater), { timeout: 20_000, interval: 100 }).toBe('listens');
      const running = workspace.start(['run', path]);
      const loaded = (): boolean => /fault hit took effect/.test(running.stderr());
      await running.until('the load is on', loaded);
      // Docker starts none again that was ended by a signal of its own.
      await docker('exec', eater, ...node('process.kill(1,"SIGUSR2")')).catch(() => undefined);
      // One that the project gets only now, as Compose makes them anew.
      const short = node('setTimeout(()=>process.exit(3),500)');
      await docker('run', '--detach', '--name', fresh, '--label', project[0] ?? '', yard.image, ...short);
      const result = await running.ended;
      expect([0, 3], result.stdout + result.stderr).toContain(result.exitCode); // its events are what counts here
      const told = lastRecord(workspace).events.map(({ source, what }) => `${source} ${what}`);
      expect(told).toContain(`container ${main.name} restarted`);
      expect(told).toContain(`container ${main.name} unhealthy`);
      expect(told).toContain(`container ${eater} out of memory`);
      expect(told).toContain(`container ${eater} died (exit code 137)`);
      expect(told).toContain(`container ${eater} started`);
      expect(told).toContain(`container ${fresh} died (exit code 3)`);
      const folder = recordFolders(workspace).at(-1) ?? '';
      const html = await readFile(join(folder, 'report.html'), 'utf8');
      for (const word of ['out of memory', 'unhealthy', 'restarted']) expect(html).toContain(word);
    } finally {
      await docker('rm', '--force', eater, fresh);
    }
  });
});
