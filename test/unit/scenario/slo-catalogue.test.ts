// Promises of the catalogue: what a use stands for, what it may change, and where its mistakes are placed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/kernel/errors.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { loadPromises } from '../../../src/scenario/promises-file.ts';
import { validateFiles } from '../../../src/scenario/validate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-test-'));
  const target = {
    ...{ name: 'x', http: 'http://127.0.0.1:{{port}}', variants: { only: { start: 'node x.js' } } },
    dependencies: { backend: { start: 'node y.js', env: 'BACKEND' } },
  };
  await writeFile(join(folder, 'target.yml'), JSON.stringify(target));
});
afterEach(() => rm(folder, { recursive: true }));

const head = (load = '60s', more = ''): string => `name: x
target: ./target.yml
flows: { all: { steps: [{ http: GET /a, name: a }, { http: GET /b, name: b }] } }
load: [{ flow: all, arrivals: [{ rate: 5/s, for: ${load} }] }]
${more}`;

async function load(text: string, { set = [] as string[], before = head() } = {}) {
  await writeFile(join(folder, 'scenario.yml'), before + text);
  const loaded = await loadScenario('scenario.yml', { cwd: folder, set });
  return { ...loaded, texts: loaded.scenario.slo.map(({ assert }) => assert) };
}
const promised = async (text: string, before?: string): Promise<string[]> =>
  (await load(text, before === undefined ? {} : { before })).texts;
const complaint = (text: string, before?: string): Promise<string> =>
  promised(text, before).then(() => 'accepted', messageOf);

/** `scenario.yml:6:31: `, where the last `needle` of the text stands below the head. */
function at(text: string, needle: string, before = head()): string {
  const whole = before + text;
  const lines = whole.slice(0, whole.lastIndexOf(needle)).split('\n');
  expect(whole).toContain(needle);
  return `scenario.yml:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}: `;
}

const file = `about: what it is for
source: nowhere
parameters:
  series: { about: the series, optional: true }
  during: { about: when, optional: true }
  share: { about: of what is offered }
  extra: { about: more of them, default: false }
promises:
  - { id: fast, promise: 'p95({{series}}) < {{limit}} during {{during}}', limit: 200ms, source: x }
  - { id: errors, promise: 'error_rate({{series}}) < {{share}} during {{during}}', source: x }
  - { id: apdex, promise: 'apdex({{series}}, 1s) > {{limit}}', limit: 0.5, severity: warn, when: extra, source: x }
`;
const own = (text = file): Promise<void> => writeFile(join(folder, 'own.yml'), text);
const use = (given: string, more = ''): string => `slo:\n  - { use: ./own.yml, with: { ${given} }${more} }\n`;

describe('an entry of the catalogue', () => {
  it('becomes its promises, where it stands among those of the scenario', async () => {
    await own();
    const text = `${use('series: a, share: 2%')}  - p50(b) < 1s\n`;
    expect(await promised(text.replace('slo:\n', 'slo:\n  - mean(b) < 1s\n'))).toEqual([
      'mean(b) < 1s',
      'p95(a) < 200ms',
      'error_rate(a) < 2%',
      'p50(b) < 1s',
    ]);
  });

  it('leaves out what optional parameters would say, with what holds them', async () => {
    await own();
    expect(await promised(use('share: 2%, extra: true'))).toEqual([
      'p95 < 200ms',
      'error_rate < 2%',
      'apdex(1s) > 0.5',
    ]);
    expect((await promised(use('share: 2%, during: steady')))[0]).toBe('p95 < 200ms during steady');
  });

  it('may have single promises changed or left out', async () => {
    await own();
    const change =
      'fast: 1s, errors: { severity: warn, window: 10s, min_samples: 50 }, apdex: { limit: 0.9 }';
    const { scenario } = await load(use('share: 2%, extra: true', `, override: { ${change} }`));
    expect(scenario.slo).toEqual([
      { assert: 'p95 < 1s', severity: 'fail' },
      { assert: 'error_rate < 2%', severity: 'warn', windowMicros: 10e6, minSamples: 50 },
      { assert: 'apdex(1s) > 0.9', severity: 'warn' },
    ]);
    expect(await promised(use('series: b', ', except: [errors]'))).toEqual(['p95(b) < 200ms']);
  });

  it('is part of what a scenario is, and can be changed from the command line', async () => {
    await own();
    const text = use('share: 2%');
    const { scenario } = await load(text);
    expect((await load('slo: [p95 < 200ms, error_rate < 2%]\n')).scenario.hash).toBe(scenario.hash);
    const { texts } = await load(text, { set: ['slo.0.with.share=3%'] });
    expect(texts[1]).toBe('error_rate < 3%');
  });

  it('is shown as what it stands for, when asked', async () => {
    await own();
    await writeFile(join(folder, 'scenario.yml'), head() + use('share: 2%, extra: true'));
    const [shown] = await validateFiles(['scenario.yml'], folder, true);
    expect(shown?.expanded?.slo).toEqual([
      'p95 < 200ms',
      'error_rate < 2%',
      { assert: 'apdex(1s) > 0.5', severity: 'warn' },
    ]);
  });

  it('may be among the promises of an experiment', async () => {
    await own();
    const chaos = `{ id: '{{id}}', fault: down, on: backend, at: 1s, for: 1s }`;
    const slo = `{ use: ./own.yml, with: { share: '{{share}}' } }`;
    const words = 'about: x\nproves: y\nparameters: { share: { about: z } }\n';
    await writeFile(join(folder, 'try.yml'), `${words}chaos: [${chaos}]\nslo: [${slo}]\n`);
    expect(await promised('experiments: [{ use: ./try.yml, with: { share: 4% } }]\n')).toEqual([
      'p95 < 200ms',
      'error_rate < 4%',
    ]);
  });
});

describe('a mistake in a use', () => {
  beforeEach(() => own());

  /** What is said after its place, which is that of `needle`. */
  const said = async (text: string, needle: string): Promise<string> => {
    const [place, message] = [at(text, needle), await complaint(text)];
    expect(message.slice(0, place.length), message).toBe(place);
    return message.slice(place.length);
  };

  it('is an unknown entry', async () => {
    expect(await said('slo: [{ use: web-apu }]\n', 'web-apu')).toBe(
      'the catalogue has no entry "web-apu" — did you mean "web-api"?',
    );
    expect(await said('slo: [{ use: xxxxx }]\n', 'xxxxx')).toContain('it has: availability, burn-rate');
    expect(await said('slo: [{ use: ./no.yml }]\n', './no')).toBe('"./no.yml": no such file');
    expect(await complaint('slo: [{ usee: web-api }]\n')).toContain('"usee" — did you mean "use"?');
    expect(await said('slo: [{ use: web-api, wth: {} }]\n', 'wth')).toBe(
      'unknown key "wth" — did you mean "with"?',
    );
  });

  it('is an unknown parameter or promise', async () => {
    expect(await said(use('shaer: 2%'), 'shaer')).toContain(
      '"own" has no parameter "shaer" — did you mean "share"?',
    );
    expect(await said(use('share: 2%', ', override: { fats: 1s }'), 'fats')).toBe(
      '"own" has no promise "fats" — did you mean "fast"?',
    );
    expect(await said(use('share: 2%', ', except: [nothing]'), 'nothing')).toBe(
      '"own" has no promise "nothing" — it has: fast, errors, apdex',
    );
  });

  it('is a missing parameter, with what it is and how to do without', async () => {
    expect(await said(use('series: a'), '{ series')).toBe(
      '"own" needs the parameter "share" — of what is offered; to do without what needs it: `except: [errors]`',
    );
    expect(await said('slo: [{ use: ./own.yml }]\n', './own')).toContain('"own" needs the parameter');
  });

  it('is something without effect', async () => {
    expect(await said(use('share: 2%', ', except: [errors]'), 'share')).toBe(
      '"share" has no effect: what it is for is left out',
    );
    expect(await complaint(use('share: 2%', ', override: { fast: 1s }, except: [fast]'))).toContain(
      '"fast" is among `except`, too',
    );
    expect(await said(use('share: 2%', ', override: { errors: 1% }'), '1%')).toContain(
      '"errors" has no limit of its own: it is a parameter',
    );
    expect(await complaint(use('share: 2%', ', override: { fast: {} }'))).toContain('changes nothing');
    expect(await said(use('share: 2%', ', override: { apdex: 0.9 }'), 'apdex')).toBe(
      '"apdex" has no effect: it is switched on by `extra`',
    );
    expect(await said(use('share: 2%, extra: false', ', override: { apdex: 0.9 }'), 'apdex')).toBe(
      '"apdex" has no effect: it is switched on by `extra`',
    );
    expect(await promised(use('share: 2%, extra: true', ', override: { apdex: 0.9 }'))).toContain(
      'apdex(1s) > 0.9',
    );
    expect(await complaint(use('', ', except: [fast, errors]'))).toContain('nothing is left of "own"');
  });

  it('is a change of what is switched off', async () => {
    await own(file.replace('limit: 200ms, source', 'limit: 200ms, unless: extra, source'));
    const change = ', override: { fast: 1s }';
    expect(await said(use('share: 2%, extra: true', change), 'fast')).toBe(
      '"fast" has no effect: it is switched off by `extra`',
    );
    expect(await promised(use('share: 2%', change))).toEqual(['p95 < 1s', 'error_rate < 2%']);
  });

  it('is a switch that is neither true nor false', async () => {
    expect(await said(use('share: 2%, extra: often'), 'often')).toBe('"extra" is true or false');
    expect(await said(use('share: true'), 'true')).toBe('"share" is text or a number');
  });

  it('may be a value that makes a promise wrong: placed where it was given, told once', async () => {
    expect(await said(use('series: c, share: 2%'), 'c, share')).toBe(
      'unknown series `c` — known: a, b, flow:all',
    );
    expect(await said(use('series: a, share: 2'), '2 }')).toContain('`2` needs a unit');
    expect(await said(use('share: 2%', ', override: { fast: soon }'), 'soon')).toContain(
      'cannot read `soon`',
    );
    expect(await said(use('share: 2%', ', override: { fast: { limit: 5 } }'), '5 }')).toContain(
      '`5` needs a unit',
    );
    expect(await said(use('share: 2%', ', override: { fast: { severity: loud } }'), 'loud')).toContain(
      'loud',
    );
    expect(await said(use('share: 2%', ', override: { fast: { window: 90s } }'), '90s')).toContain(
      'the window is longer than the load that is judged',
    );
  });
});

describe('what is wrong with a promise of an entry by itself', () => {
  it('is placed at the use, with the promise and how to do without it', async () => {
    const closed = head().replace('arrivals: [{ rate: 5/s, for: 60s }]', 'users: [{ users: 2, for: 60s }]');
    const text = 'slo: [{ use: golden-signals, with: { observe: false } }]\n';
    const message = await complaint(text, closed);
    expect(message).toMatch(
      /: "golden-signals" promises `achieved >= 99%`: `achieved` needs due times.*; to do without it: `except: \[traffic\]`$/,
    );
    expect(message).toContain(at(text, 'golden', closed));
  });

  it('is a target that nobody watches, until that is said to be meant', async () => {
    const text = 'slo: [{ use: golden-signals, with: { memory: 512MiB } }]\n';
    const message = await complaint(text);
    expect(message.split('\n')).toHaveLength(2);
    for (const line of message.split('\n')) expect(line).toContain(at(text, 'golden'));
    expect(message).toMatch(
      /promises `cpu\(target\) < 80%`: .*watched.*`observe: { process: true }`.*except: \[cpu\]/,
    );
    expect(message).toMatch(/promises `memory\(target\) < 512MiB`: .*except: \[memory-size\]/);
    expect(await complaint('slo: [{ use: golden-signals }]\n')).toContain(
      '"golden-signals" needs the parameter "container"',
    );
    expect(await promised('slo: [{ use: golden-signals, with: { observe: false } }]\n')).toEqual([
      ...['p95 < 500ms', 'p99 < 1s', 'achieved >= 99%', 'error_rate < 1%'],
    ]);
  });

  it('is what one parameter needs beside another', async () => {
    const limited = (more: string): string =>
      `slo: [{ use: web-api, with: { rate_limited: limited_total${more} }, except: [p99] }]\n`;
    expect(await complaint(limited(''))).toContain(
      '"web-api" needs the parameter "requests" — beside `rate_limited`: the metric that counts all requests',
    );
    const message = await complaint(limited(', requests: requests_total'));
    expect(message).toMatch(
      /promises `metric\(limited_total\) \/ metric\(requests_total\) < 1%`: .*`observe: { prometheus: GET \/metrics }`.*except: \[rate-limited\]/,
    );
    const alone = 'slo: [{ use: web-api, with: { requests: requests_total } }]\n';
    expect(await complaint(alone)).toContain('"requests" has no effect');
    expect((await promised('slo: [{ use: web-api }]\n')).filter((one) => one.includes('metric('))).toEqual(
      [],
    );
  });

  it('is a fault that is not there to recover from', async () => {
    const text = 'slo: [{ use: availability, with: { fault: slow-db } }]\n';
    expect(await complaint(text)).toContain(`${at(text, 'slow-db')}unknown fault \`slow-db\``);
    const chaos = 'chaos: [{ id: gone, fault: down, on: backend, at: 1s, for: 1s }]\n';
    expect(await promised(text.replace('slow-db', 'gone'), head('60s', chaos))).toEqual([
      ...['availability >= 99.95%', 'availability >= 99.9%', 'recovery(gone) < 1h'],
    ]);
  });

  it('does not move what is wrong with the promises around it', async () => {
    await own();
    const text = `slo:\n  - p95(c) < 1s\n  - { use: ./own.yml, with: { share: 2% } }\n  - p95(d) < 1s\n`;
    const lines = (await complaint(text)).split('\n');
    expect(lines.map((line) => line.split(': ')[0])).toEqual(['scenario.yml:6:9', 'scenario.yml:8:9']);
  });
});

describe('a file like those of the catalogue', () => {
  const place = (line: number, column: number): string => `own.yml:${line}:${column}: `;
  const changed = async (from: string, to: string): Promise<string> => {
    expect(file).toContain(from);
    await own(file.replace(from, to));
    return await complaint(use('share: 2%'));
  };

  it('is checked by itself', async () => {
    expect(await changed('{{series}}', '{{serie}}')).toContain(
      `${place(9, 26)}there is no parameter "serie" — did you mean "series"?`,
    );
    expect(await changed('when: extra, ', '')).toContain(`${place(7, 3)}"extra" is never used`);
    expect(await changed('limit: 200ms, ', '')).toContain(`${place(9, 5)}missing key "limit"`);
    expect(await changed('id: errors', 'id: fast')).toContain(
      `${place(10, 11)}there are two of the id "fast"`,
    );
    expect(await changed('share: {', 'limit: {')).toContain('`limit` is that of each promise');
    expect(await changed('source: nowhere\n', '')).toContain('missing key "source"');
  });
});

describe('the pairs of windows of burn-rate', () => {
  const text = 'slo: [{ use: burn-rate, with: { series: a } }]\n';
  const first = 'burn(a, 99.9%) < 14.4 over 60s/5s';
  const second = 'burn(a, 99.9%) < 6 over 360s/30s';

  it('are those that the judged load is long enough for; the others are told', async () => {
    const minute = await load(text, { before: head('60s') });
    expect(minute.texts).toEqual([first]);
    expect(minute.warnings).toHaveLength(3);
    expect(minute.warnings[0]).toBe(
      `scenario.yml:5:14: "burn-rate" leaves out \`${second}\`: it needs 6m of load after the warm-up, there are 60s`,
    );
    expect(await promised(text, head('6m'))).toEqual([first, second]);
    expect(await promised(text, head('6m', 'warmup: 1s\n'))).toEqual([first]);
    const all = await load(text, { before: head('72m') });
    expect(all.scenario.slo.map(({ severity }) => severity)).toEqual(['fail', 'fail', 'warn', 'warn']);
    expect(all.warnings).toEqual([]);
  });

  it('whose limit a total outage would keep are an error at the target', async () => {
    const given = 'slo: [{ use: burn-rate, with: { series: a, target: 90% } }]\n';
    expect(await complaint(given, head('6m'))).toBe(
      `${at(given, '90%', head('6m'))}nothing can break a burn of < 14.4 at 90%: a total outage burns at 10 — a target of 93.1% or more would do, or a limit of at most 10`,
    );
  });

  it('are an error when none fits', async () => {
    expect(await complaint(text, head('70s', 'warmup: 11s\n'))).toBe(
      'scenario.yml:6:14: "burn-rate" needs at least 60s of load after the warm-up, there are 59s — make the load longer, or leave the entry out',
    );
  });

  it('are those that fit a stored run, when it is judged again', async () => {
    await writeFile(join(folder, 'other.yml'), '- use: burn-rate\n  with: { series: a }\n');
    const known = {
      series: [{ name: 'a', hasDueTime: true, isMixed: false, isHttp: true }],
      ...{ faults: [], links: [], observed: [], scraped: null },
    };
    const notes: string[] = [];
    const judged = (seconds: number) =>
      loadPromises(
        'other.yml',
        { known, durationMicros: seconds * 1e6, warmupMicros: 0 },
        (line) => notes.push(line),
        folder,
      );
    expect((await judged(400)).map(({ assert }) => assert)).toEqual([first, second]);
    expect(notes).toHaveLength(2);
    await expect(judged(30)).rejects.toThrow('other.yml:1:8: "burn-rate" needs at least 60s');
  });
});
