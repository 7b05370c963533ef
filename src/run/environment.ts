// The machine and the versions a record was made on.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { z } from 'zod';
import { packagePath } from '../kernel/entry.ts';
import { precedence } from '../kernel/priority.ts';
import type { Doctor } from '../record/doctor-schema.ts';
import type { RunRecord } from '../record/schema.ts';
import { usableCores } from '../system/usable-cores.ts';

export const mettleVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packagePath('package.json'), 'utf8'))).version;

interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

/**
 * What makes two machines one to comparisons. `cores`: those that may be used, which a container or an affinity limits
 * on one and the same machine. Memory is rounded to a GiB: kernels of one machine type differ by some MiB.
 */
export function fingerprintOf(machine: Machine, cores: number, node: string): string {
  const comparable = {
    ...machine,
    memoryBytes: Math.round(machine.memoryBytes / 1_073_741_824),
    node,
    usableCores: cores,
  };
  return createHash('sha256').update(JSON.stringify(comparable)).digest('hex').slice(0, 16);
}

/** Throws like usableCores. */
export function environmentOf(
  threads: number,
  proxy: RunRecord['environment']['proxy'],
  doctor: Doctor | null,
  certificates: RunRecord['environment']['certificates'],
): RunRecord['environment'] {
  const processors = cpus();
  const machine = {
    platform: process.platform,
    arch: process.arch,
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    memoryBytes: totalmem(),
  };
  const major = process.versions.node.split('.')[0] ?? '';
  return {
    mettle: mettleVersion,
    node: process.version,
    ...machine,
    threads,
    fingerprint: fingerprintOf(machine, usableCores(process.pid), major),
    proxy,
    certificates,
    precedence,
    doctor,
  };
}
