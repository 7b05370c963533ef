// A verification without runs: each is what a test says, on a clock that moves only by runs and pauses.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fixedDesign } from '../../src/compare/design.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { RunData } from '../../src/record/data.ts';
import type { RunRequest } from '../../src/run/run-request.ts';
import { verify } from '../../src/run/verify.ts';
import type { Concluded, VerifyPorts, VerifyRequest } from '../../src/run/verify-request.ts';
import { type RunSketch, runDataOf } from './run-record.ts';
import { repeated, type SliceContent, sliceOf } from './slices.ts';

const runMicros = 10_000_000;

export interface MadeUp {
  readonly content?: SliceContent;
  readonly sketch?: Partial<RunSketch>;
}

export interface Asked {
  /** From 1, attempts that do not count included. */
  readonly attempt: number;
  readonly role: 'before' | 'after';
  readonly request: RunRequest;
  readonly interrupt: () => void;
}

export interface Told {
  readonly result: Concluded;
  readonly folder: string;
  readonly asked: readonly Asked[];
  readonly lines: readonly string[];
  /** From one run's end to the next one's begin. */
  readonly pausesMicros: readonly number[];
}

/** 200 answers that took so long. */
export const answers = (micros: number): MadeUp => ({ content: { okMicros: repeated(200, micros) } });

/** Twice as fast. */
export const faster = ({ role }: Asked): MadeUp => answers(role === 'before' ? 100_000 : 50_000);

export interface Harness {
  readonly request?: Partial<VerifyRequest>;
  readonly ports?: Partial<VerifyPorts>;
  /** Aborts during the pause after this attempt. */
  readonly interruptInPauseAfter?: number;
}

/** `make`: the run for each attempt; what it throws, `conduct` throws. */
export async function verifying(make: (asked: Asked) => MadeUp, harness: Harness = {}): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-verify-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const controller = new AbortController();
  const asked: Asked[] = [];
  const lines: string[] = [];
  const pausesMicros: number[] = [];
  let now = 0;
  const clock: Clock = {
    nowMicros: () => now,
    sleepUntil: (atMicros) => {
      pausesMicros.push(atMicros - now);
      now = atMicros;
      if (asked.length === harness.interruptInPauseAfter) controller.abort('SIGINT');
      return Promise.resolve();
    },
  };
  const conduct = (request: RunRequest): Promise<RunData> => {
    const role = request.variant === 'before' ? 'before' : 'after';
    const one = {
      attempt: asked.length + 1,
      role,
      request,
      interrupt: () => controller.abort('SIGINT'),
    } as const;
    asked.push(one);
    now += runMicros;
    return new Promise((resolve) => resolve(dataOf(request, make(one))));
  };
  const ports: VerifyPorts = {
    conduct,
    clock,
    writeRunReports: (of) => Promise.resolve(join(of, 'report.html')),
    noiseOf: () => Promise.resolve(null),
    ...harness.ports,
  };
  const request = requestOf(folder, controller.signal, (line) => void lines.push(line));
  const result = await verify({ ...request, ...harness.request }, ports);
  return { result, folder, asked, lines, pausesMicros };
}

function dataOf({ id, variant, seed }: RunRequest, { content = {}, sketch = {} }: MadeUp): RunData {
  return runDataOf({
    ...{ id, variant, seed },
    slices: [sliceOf('query', 0, 1_000_000, content)],
    series: [{ name: 'query', timeoutMicros: 5_000_000 }],
    ...sketch,
  });
}

function requestOf(folder: string, signal: AbortSignal, progress: (line: string) => void): VerifyRequest {
  const scenario = {
    ...{ name: 'checkout', file: 'checkout.yml', hash: 'a'.repeat(64), durationMicros: runMicros },
    ...{ primary: 'p50(query)', slo: [], claims: [] },
  };
  return {
    scenario: scenario as unknown as VerifyRequest['scenario'],
    target: { name: 'checkout' } as VerifyRequest['target'],
    stage: {} as VerifyRequest['stage'],
    variants: { before: 'before', after: 'after' },
    design: fixedDesign(6),
    coolDownMicros: 1_000_000,
    ...{ seed: 42, id: 'v1', folder, command: 'mettle verify checkout.yml', repeatFlags: ' --threads 1' },
    ...{ threads: 1, signal, progress },
  };
}
