import { describe, expect, it } from 'vitest';
import { changed, problemsOf } from './read-fixture.ts';

const latency =
  'fault: latency\n    on: postgres\n    with: { latency: 300ms, jitter: 50ms, toxicity: 100% }';
/** Of an entry whose `on` stands in line 56. */
const instead = (fault: string, on: string, more = ''): Promise<readonly string[]> =>
  problemsOf(changed(latency, `fault: ${fault}\n    on: ${JSON.stringify(on)}${more}`));

const onContainers = '`container:<name>`, `service:<Compose service>` or `label:<key>=<value>`';

describe('where a fault may be put', () => {
  it.each(['pause', 'kill', 'stop', 'restart'])('%s: on containers', async (fault) => {
    for (const on of ['container:shop_web_1', 'service:web', 'label:role', 'label:a.b/c=d'])
      expect(await instead(fault, on)).toEqual([]);
  });

  it('what only containers know is refused elsewhere, and says where it goes', async () => {
    expect(await instead('stop', 'postgres')).toEqual([
      `rag.yml:56:9: "stop" cannot be put on a link — "stop" goes on ${onContainers}`,
    ]);
  });

  it('what only links know is refused on containers', async () => {
    expect(await instead('down', 'service:web')).toEqual([
      'rag.yml:56:9: "down" cannot be put on containers — "down" goes on a dependency, a client or `clients`',
    ]);
  });

  it('a name that no container can have is refused', async () => {
    expect(await instead('pause', 'container:a b')).toEqual([
      'rag.yml:56:9: "a b" cannot be the name of a container',
    ]);
  });

  it('`pick` is for containers, `processes: children` is not', async () => {
    expect(await instead('pause', 'service:web', '\n    pick: 2')).toEqual([]);
    expect(await instead('down', 'postgres', '\n    pick: 2')).toEqual([
      expect.stringMatching(/^rag\.yml:57:11: `pick` chooses among containers — /),
    ]);
    expect(await instead('kill', 'service:web', '\n    with: { processes: children }')).toEqual([
      'rag.yml:57:24: the children of a container cannot be told apart from it: the signal goes to its main process',
    ]);
  });

  it('a grace has its unit', async () => {
    const [problem] = await instead('stop', 'service:web', '\n    with: { grace: 10 }');
    expect(problem).toMatch(/^rag\.yml:57:20: /);
  });
});
