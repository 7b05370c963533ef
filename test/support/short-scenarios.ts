// Targets and scenarios of a few seconds, written as a user would write them, around the fixture service.

import { fileURLToPath } from 'node:url';
import type { Workspace } from './cli.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixture-cli/${name}`, import.meta.url));

/** A command line of a target file that runs this fixture. */
export const runFixture = (name: string): string => `node "${fixture(name)}"`;

export interface TargetOptions {
  readonly name?: string;
  /** Environment of each variant. Default: one, `only`, with nothing. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly start?: string;
  readonly http?: string;
  readonly ready?: string;
  /** Adds the dependency `backend`. */
  readonly backend?: boolean;
  /** More lines of the file. */
  readonly more?: readonly string[];
}

/** Writes a target file; returns its path. YAML is a superset of JSON, so values are JSON. */
export async function writeTarget(workspace: Workspace, options: TargetOptions = {}): Promise<string> {
  const { name = 'fixture', variants = { only: {} }, start = runFixture('service.mjs') } = options;
  const backend = { start: runFixture('backend.mjs'), env: 'BACKEND_URL' };
  const lines = [
    `name: ${name}`,
    'variants:',
    ...Object.entries(variants).map(([key, env]) => `  ${key}: ${JSON.stringify({ start, env })}`),
    `http: ${options.http ?? 'http://127.0.0.1:{{port}}'}`,
    `ready: ${options.ready ?? 'GET /ready within 20s'}`,
    ...(options.backend === true ? [`dependencies: ${JSON.stringify({ backend })}`] : []),
    ...(options.more ?? []),
  ];
  return await workspace.file(`${name}.target.yml`, `${lines.join('\n')}\n`);
}

export interface ScenarioOptions {
  readonly name?: string;
  /** Path of the target file. */
  readonly target: string;
  /** What is asked of the service. Default `/work`. */
  readonly path?: string;
  readonly rate?: string;
  readonly for?: string;
  readonly slo?: readonly (string | object)[];
  readonly chaos?: readonly object[];
  /** More lines of the file. */
  readonly more?: readonly string[];
}

/** Writes a scenario with one series, `work`; returns its path. */
export async function writeScenario(workspace: Workspace, options: ScenarioOptions): Promise<string> {
  const { name = 'short', target, path = '/work', slo = ['error_rate(work) < 5%'], chaos = [] } = options;
  const steps = [{ http: `GET ${path}`, name: 'work', timeout: '5s' }];
  const arrivals = [{ rate: options.rate ?? '30/s', for: options.for ?? '2s' }];
  const lines = [
    `name: ${name}`,
    `target: ${JSON.stringify(target)}`,
    `flows: ${JSON.stringify({ work: { steps } })}`,
    `load: ${JSON.stringify([{ flow: 'work', arrivals }])}`,
    ...(chaos.length === 0 ? [] : [`chaos: ${JSON.stringify(chaos)}`]),
    `slo: ${JSON.stringify(slo)}`,
    ...(options.more ?? []),
  ];
  return await workspace.file(`${name}.yml`, `${lines.join('\n')}\n`);
}
