import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../../src/faults/clients/docker-state.ts';
import { chooseContainers } from '../../../../src/faults/container/select.ts';
import type { ContainerRules } from '../../../../src/faults/container/select.ts';
import { containerSelector } from '../../../../src/faults/container/selector.ts';
import { createRandom } from '../../../../src/kernel/random.ts';
import { composed, fakeContainer, fakeDocker } from '../../../support/fake-docker.ts';

const strict: ContainerRules = { project: 'shop', maxContainers: 1, maxShare: 1 };
const wide: ContainerRules = { ...strict, maxContainers: 100 };
const allow = { 'mettle.allow': 'true' };

interface Options {
  readonly rules?: ContainerRules;
  readonly pick?: number;
  readonly held?: readonly string[];
  readonly seed?: number;
}

async function choose(
  on: string,
  containers: readonly ContainerState[],
  { rules = strict, pick, held = [], seed = 1 }: Options = {},
): Promise<string[]> {
  const selector = containerSelector(on);
  if (selector === null) throw new Error(`${on} is no selector`);
  const random = createRandom(seed);
  const choice = { on, selector, pick: pick ?? null, random, rules, held: new Set(held) };
  return (await chooseContainers(fakeDocker(containers), choice)).map(({ name }) => name);
}

const web = (name: string, project = 'shop', more: Partial<ContainerState> = {}): ContainerState =>
  fakeContainer(name, { labels: composed(project, 'web'), project, service: 'web', ...more });

describe('containers are found', () => {
  it('by name and by id', async () => {
    const box = web('shop_web_1');
    expect(await choose('container:shop_web_1', [box])).toEqual(['shop_web_1']);
    expect(await choose(`container:${box.id}`, [box])).toEqual(['shop_web_1']);
  });

  it('by the service of the target’s own project, whatever other projects call theirs', async () => {
    expect(await choose('service:web', [web('bank_web_1', 'bank'), web('shop_web_1')])).toEqual([
      'shop_web_1',
    ]);
  });

  it('without those that run a command of a service once, and those that have ended', async () => {
    const once = web('shop_web_run_1', 'shop', {
      labels: { ...composed('shop', 'web'), 'com.docker.compose.oneoff': 'True' },
    });
    const ended = web('shop_web_0', 'shop', { status: 'exited' });
    expect(await choose('service:web', [once, ended, web('shop_web_1')])).toEqual(['shop_web_1']);
  });

  it('by label, with and without its value', async () => {
    const worker = fakeContainer('worker', { labels: { ...allow, role: 'worker' } });
    const other = fakeContainer('other', { labels: { ...allow, role: 'other' } });
    expect(await choose('label:role=worker', [worker, other])).toEqual(['worker']);
    expect(await choose('label:role', [worker, other], { rules: wide })).toEqual(['other', 'worker']);
  });

  it('so many of them as asked for, by the seed alone', async () => {
    const all = Array.from({ length: 10 }, (_, index) => web(`shop_web_${index}`));
    const options = { rules: wide, pick: 3 };
    const first = await choose('service:web', all, options);
    expect(first).toHaveLength(3);
    expect(new Set(first).size).toBe(3);
    expect(await choose('service:web', [...all].reverse(), options)).toEqual(first);
    const seeds = await Promise.all(
      [2, 3, 4, 5].map((seed) => choose('service:web', all, { ...options, seed })),
    );
    expect(seeds.some((other) => other.join() !== first.join())).toBe(true);
  });

  it('although they are of no project of the target’s, when they are labelled so', async () => {
    const box = fakeContainer('box', { labels: allow });
    expect(await choose('container:box', [box], { rules: { ...strict, project: null } })).toEqual(['box']);
  });
});

describe('refused are', () => {
  const refusal = async (...args: Parameters<typeof choose>): Promise<{ code: string; message: string }> =>
    await choose(...args).then(
      (names) => ({ code: 'none', message: `chose ${names.join()}` }),
      (error: unknown) => error as { code: string; message: string },
    );

  it.each([
    ['container:gone', 'NO_CONTAINER', 'no container matches container:gone'],
    ['service:db', 'NO_CONTAINER', 'no container matches service:db'],
    ['label:nothing', 'NO_CONTAINER', 'no container matches label:nothing'],
  ])('a selector that matches nothing: %s', async (on, code, message) => {
    expect(await refusal(on, [web('shop_web_1')])).toMatchObject({ code, message, exitCode: 2 });
  });

  it('one whose matches have all ended', async () => {
    const ended = web('shop_web_1', 'shop', { status: 'exited' });
    const { code, message } = await refusal('service:web', [ended]);
    expect([code, message]).toEqual([
      'NO_CONTAINER',
      'no running container matches service:web: shop_web_1 is exited',
    ]);
  });

  it.each([
    ['another project', web('bank_web_1', 'bank'), 'shop'],
    ['no project, without a label', fakeContainer('plain'), 'shop'],
    ['some project, of a target that names none', web('shop_web_1'), null],
    ['no project, for a target that names none', fakeContainer('plain'), null],
    ['a label that says no', fakeContainer('plain', { labels: { 'mettle.allow': 'false' } }), 'shop'],
  ])('a container of %s', async (_what, box, project) => {
    const rules = { ...wide, project };
    const { code, message } = await refusal(`container:${box.name}`, [box], { rules });
    expect(code).toBe('CONTAINER_NOT_ALLOWED');
    expect(message).toContain(box.name);
  });

  it('a service that only another project has', async () => {
    expect(await refusal('service:web', [web('bank_web_1', 'bank')])).toMatchObject({
      code: 'CONTAINER_NOT_ALLOWED',
    });
  });

  it('a label that also a container bears which is not allowed: none of them is chosen', async () => {
    const labels = { role: 'worker' };
    const boxes = [
      fakeContainer('mine', { labels: { ...allow, ...labels } }),
      fakeContainer('theirs', { labels }),
    ];
    const { code, message } = await refusal('label:role=worker', boxes, { rules: wide });
    expect(code).toBe('CONTAINER_NOT_ALLOWED');
    expect(message).toContain('theirs');
  });

  it('more containers than the cap, which is one where the target states none', async () => {
    const two = [web('shop_web_1'), web('shop_web_2')];
    expect(await refusal('service:web', two)).toMatchObject({ code: 'CONTAINER_LIMIT', exitCode: 2 });
    expect(await choose('service:web', two, { pick: 1 })).toHaveLength(1);
    expect(await choose('service:web', two, { rules: { ...strict, maxContainers: 2 } })).toHaveLength(2);
  });

  it('more containers than the cap together with those that other faults hold', async () => {
    const [one, two] = [web('shop_web_1'), web('shop_web_2')];
    const held = [two.id];
    expect(await refusal('container:shop_web_1', [one, two], { held })).toMatchObject({
      code: 'CONTAINER_LIMIT',
    });
    // The same container twice is one.
    expect(await choose('container:shop_web_2', [one, two], { held })).toEqual(['shop_web_2']);
  });

  it('a larger share of those that match than is allowed', async () => {
    const three = ['1', '2', '3'].map((number) => web(`shop_web_${number}`));
    const rules = { ...wide, maxShare: 0.5 };
    expect(await refusal('service:web', three, { rules, pick: 2 })).toMatchObject({
      code: 'CONTAINER_LIMIT',
    });
    expect(await choose('service:web', three, { rules, pick: 1 })).toHaveLength(1);
  });

  it('more to pick than there are', async () => {
    expect(await refusal('service:web', [web('shop_web_1')], { pick: 2 })).toMatchObject({
      code: 'NO_CONTAINER',
    });
  });
});
