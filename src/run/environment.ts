// The machine and the versions a record was made on.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { z } from 'zod';
import { packagePath } from '../kernel/entry.ts';
import { precedence } from '../kernel/priority.ts';
import type { Doctor } from '../record/doctor-schema.ts';
import type { RunRecord } from '../record/schema.ts';

export const mettleVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packagePath('package.json'), 'utf8'))).version;

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
  // Memory is rounded to a GiB: kernels of one machine type differ by some MiB.
  const comparable = {
    ...machine,
    memoryBytes: Math.round(machine.memoryBytes / 1_073_741_824),
    node: major,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(comparable)).digest('hex').slice(0, 16);
  return {
    mettle: mettleVersion,
    node: process.version,
    ...machine,
    threads,
    fingerprint,
    proxy,
    certificates,
    precedence,
    doctor,
  };
}
