// The doctor's figures and judgements, from slices and facts made by hand.

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Doctor } from '../../../src/record/doctor-schema.ts';
import { readDoctor, writeDoctor } from '../../../src/record/doctor-store.ts';
import { sharesBetween } from '../../../src/measure/cpu-share.ts';
import { isFresh, knownMachine } from '../../../src/run/doctor.ts';
import { fullEffort, shortEffort } from '../../../src/run/doctor-effort.ts';
import { biasOf, ceilingOf } from '../../../src/run/doctor-figures.ts';
import { judgeDoctor, medianOf } from '../../../src/run/doctor-judge.ts';
import type { MachineFacts } from '../../../src/run/doctor-machine.ts';
import { parseAvailable, parsePortRange, parseQuota } from '../../../src/run/doctor-machine.ts';
import type { Probes } from '../../../src/run/doctor-probes.ts';
import { reachDocker, reachToxiproxy } from '../../../src/run/doctor-reach.ts';
import { measureTimer } from '../../../src/run/doctor-timer.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const facts: MachineFacts = {
  processors: 8,
  processorModel: 'Example CPU',
  quota: null,
  memoryBytes: 16 * 1_073_741_824,
  availableBytes: 8 * 1_073_741_824,
  node: 'v20.20.0',
  openFiles: 1_048_576,
  ephemeralPorts: 28_232,
  docker: { status: 'not set', detail: 'no socket' },
  toxiproxy: { status: 'not set', detail: 'TOXIPROXY_URL is not set' },
  postgres: 'embedded',
};
const probes: Probes = {
  timer: [
    { p50Micros: 2, p99Micros: 40, maxMicros: 700 },
    { p50Micros: 4, p99Micros: 60, maxMicros: 900 },
    { p50Micros: 3, p99Micros: 50, maxMicros: 800 },
  ],
  ceilingPerSecond: [18_000, 20_000, 19_000],
  bias: [
    { p50Micros: 300, p99Micros: 500 },
    { p50Micros: 310, p99Micros: 490 },
  ],
  failures: [],
};
const doctorOf = (
  changes: Partial<MachineFacts> = {},
  measured: Partial<Probes> = {},
  others = 0.02,
): Doctor =>
  judgeDoctor({
    measuredAt: '2026-01-02T03:04:05.000Z',
    short: false,
    facts: { ...facts, ...changes },
    probes: { ...probes, ...measured },
    cpu: { others, stolen: 0 },
  });
const judgementOf = (doctor: Doctor, name: string) =>
  doctor.judgements.find((judgement) => judgement.name === name);
const levelOf = (doctor: Doctor, name: string) => judgementOf(doctor, name)?.level;

describe('the figures of a check-up', () => {
  it('are the median of its repetitions, with their spread', () => {
    const doctor = doctorOf();
    expect(doctor).toMatchObject({
      timerErrorP50Micros: 3,
      timerErrorP99Micros: 50,
      timerErrorMaxMicros: 900,
      ceilingPerSecond: 19_000,
      biasP50Micros: 305,
      biasP99Micros: 495,
    });
    expect(judgementOf(doctor, 'requests per thread')?.value).toBe('19,000/s (18,000/s to 20,000/s)');
    expect(judgementOf(doctor, 'requests per thread')?.meaning).toContain(
      '9,500/s per load thread, 66,500/s with 7',
    );
    expect([medianOf([]), medianOf([7]), medianOf([9, 1]), medianOf([9, 1, 2])]).toEqual([null, 7, 5, 2]);
  });

  it('are judged', () => {
    const good = doctorOf();
    expect(good.judgements.filter(({ level }) => level === 'poor' || level === 'watch')).toEqual([]);
    const late = { timer: [{ p50Micros: 3_000, p99Micros: 9_000, maxMicros: 50_000 }] };
    expect(levelOf(doctorOf({}, late), 'timer error')).toBe('poor');
    expect(levelOf(doctorOf({}, { ceilingPerSecond: [3_000] }), 'requests per thread')).toBe('watch');
    expect(levelOf(doctorOf({}, { ceilingPerSecond: [500] }), 'requests per thread')).toBe('poor');
    const biased = doctorOf({}, { bias: [{ p50Micros: -1_500, p99Micros: 6_000 }] });
    expect([levelOf(biased, 'bias of p50'), levelOf(biased, 'bias of p99')]).toEqual(['watch', 'poor']);
    expect(levelOf(doctorOf({ processors: 8, quota: 1.5 }), 'processors')).toBe('poor');
    expect(levelOf(doctorOf({ openFiles: 1_024 }), 'open files')).toBe('poor');
    expect(judgementOf(doctorOf({ openFiles: 1_024 }), 'open files')?.meaning).toContain(
      'about 824 connections',
    );
    expect(levelOf(doctorOf({ docker: { status: 'unreachable', detail: 'x' } }), 'Docker')).toBe('poor');
    expect(levelOf(doctorOf({}, {}, 0.5), 'other work')).toBe('poor');
  });

  it('are unknown, not zero, where nothing could be measured', () => {
    const doctor = doctorOf({}, { timer: [], ceilingPerSecond: [], bias: [] });
    expect(doctor).toMatchObject({ timerErrorP99Micros: null, ceilingPerSecond: null, biasP50Micros: null });
    expect(levelOf(doctor, 'bias of p99')).toBe('unknown');
  });
});

describe('what is measured', () => {
  it('is a rate per window, without the warm-up', () => {
    const at = (start: number, count: number) =>
      sliceOf('doctor', start * second, (start + 1) * second, { okMicros: repeated(count, 100) });
    const slices = [at(0, 9_999), at(0.5, 100), at(1.5, 200), at(2.5, 300), at(3.5, 9_999)];
    expect(ceilingOf(slices, fullEffort)).toEqual([100, 200, 300]);
    const short = sliceOf('doctor', 150_000, 550_000, { okMicros: repeated(400, 100) });
    expect(ceilingOf([short], shortEffort)).toEqual([1_000]);
  });

  it('is compared with what the server wrote down for the same time', () => {
    const startAtMicros = 77 * second;
    const effort = { ...fullEffort, windows: 1 };
    const okMicros = [...repeated(980, 10_400), ...repeated(20, 51_000)];
    const slices = [sliceOf('doctor', 0.5 * second, 1.5 * second, { okMicros })];
    const took = [...repeated(980, 10_000), ...repeated(20, 50_000), ...repeated(1_000, 900_000)];
    const answers = {
      atMicros: Float64Array.from(took, (_, index) => startAtMicros + (index < 1_000 ? 600_000 : 2 * second)),
      tookMicros: Float64Array.from(took),
    };
    const [bias] = biasOf(slices, answers, startAtMicros, effort);
    expect(bias?.p50Micros).toBeGreaterThan(380);
    expect(bias?.p50Micros).toBeLessThan(420);
    expect(bias?.p99Micros).toBeGreaterThan(900);
    expect(bias?.p99Micros).toBeLessThan(1_100);
    expect(biasOf([], answers, startAtMicros, effort)).toEqual([]);
  });

  it('is how late the clock rings', async () => {
    const fake = new FakeClock(second);
    let late = 0;
    const clock = {
      nowMicros: () => fake.nowMicros() + late,
      sleepUntil: async (atMicros: number) => {
        await fake.sleepUntil(atMicros);
        late = 250;
      },
    };
    const measuring = measureTimer(clock, 200_000);
    await fake.advance(second);
    expect(await measuring).toEqual({ p50Micros: 250, p99Micros: 250, maxMicros: 250 });
  });

  it('is what others used of the processors, and what was stolen', () => {
    const before = { total: 1_000, idle: 500, steal: 10 };
    const after = { total: 1_400, idle: 700, steal: 30 };
    // 400 ticks of 4 processors in a second: 180 busy, 100 of them our own.
    const shares = sharesBetween(before, after, second, second, 4);
    expect(shares.others).toBeCloseTo(0.2, 6);
    expect(shares.stolen).toBeCloseTo(0.05, 6);
  });

  it('is read from what Linux writes', () => {
    expect([parseQuota('150000 100000\n'), parseQuota('max 100000\n'), parseQuota(null)]).toEqual([
      1.5,
      null,
      null,
    ]);
    expect([parsePortRange('32768\t60999\n'), parsePortRange('nonsense')]).toEqual([28_232, null]);
    expect(parseAvailable('MemTotal: 5 kB\nMemAvailable:    2048 kB\n')).toBe(2_097_152);
  });

  it('never asks another machine', async () => {
    expect(await reachToxiproxy('http://toxiproxy.example:8474')).toMatchObject({ status: 'not asked' });
    expect(await reachDocker('tcp://build.example:2375')).toMatchObject({ status: 'not asked' });
    expect(await reachDocker('ssh://me@build.example')).toMatchObject({ status: 'not asked' });
    expect(await reachToxiproxy(undefined)).toMatchObject({ status: 'not set' });
    expect(await reachToxiproxy('not a url')).toMatchObject({ status: 'unreachable' });
  });
});

describe('a check-up that is kept', () => {
  const key = { fingerprint: 'abc', mettle: '1.2.3' };
  const state = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-test-'));
    folders.push(folder);
    return folder;
  };

  it('is read again for this machine and version, and for no other', async () => {
    const folder = await state();
    const doctor = doctorOf();
    await writeDoctor(folder, key, doctor);
    expect(await readDoctor(folder, key)).toEqual(doctor);
    expect(await readDoctor(folder, { ...key, mettle: '1.2.4' })).toBeNull();
    expect(await readDoctor(folder, { ...key, fingerprint: 'abd' })).toBeNull();
    expect((await stat(join(folder, 'doctor'))).mode & 0o777).toBe(0o700);
  });

  it('is nothing when it cannot be read', async () => {
    const folder = await state();
    await writeDoctor(folder, key, doctorOf());
    await writeFile(join(folder, 'doctor', 'abc-1.2.3.json'), '{"measuredAt": 5');
    expect(await readDoctor(folder, key)).toBeNull();
    await writeFile(join(folder, 'doctor', 'abc-1.2.3.json'), '{"measuredAt": 5}');
    expect(await readDoctor(folder, key)).toBeNull();
  });

  it('counts for a week; a short one of a busy machine for an hour', () => {
    const doctor = doctorOf();
    const measuredMs = Date.parse(doctor.measuredAt);
    const hour = 3_600_000;
    expect(isFresh(doctor, measuredMs + 167 * hour)).toBe(true);
    expect(isFresh(doctor, measuredMs + 169 * hour)).toBe(false);
    expect(isFresh(doctor, measuredMs - hour)).toBe(false);
    const busy = { ...doctorOf({}, {}, 0.8), short: true };
    expect([isFresh(busy, measuredMs + 0.5 * hour), isFresh(busy, measuredMs + 2 * hour)]).toEqual([
      true,
      false,
    ]);
  });

  it('never stops a run: what went wrong becomes a note', async () => {
    const file = join(await state(), 'a file');
    await writeFile(file, '');
    const known = await knownMachine(new AbortController().signal, () => undefined, {
      METTLE_STATE_DIR: file,
    });
    expect(known.doctor).toBeNull();
    expect(known.note).toMatch(/^this machine could not be examined: /);
  });

  it('is not made where METTLE_DOCTOR is off', async () => {
    const said: string[] = [];
    const folder = await state();
    const environment = { METTLE_DOCTOR: 'off', METTLE_STATE_DIR: folder };
    const known = await knownMachine(new AbortController().signal, (line) => said.push(line), environment);
    expect(known).toEqual({ doctor: null, note: null });
    expect(said).toEqual([]);
  });
});
