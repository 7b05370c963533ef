// Where check-ups are kept: one file per machine, Node.js and Mettle version; a newer one takes its place.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic.ts';
import type { Doctor } from './doctor-schema.ts';
import { doctorSchema } from './doctor-schema.ts';
import { makeFolder } from './make-folder.ts';

/** What a check-up is about: another machine, or another version, needs one of its own. */
export interface DoctorKey {
  /** As in records; holds the machine and the major version of Node.js. */
  readonly fingerprint: string;
  readonly mettle: string;
}

const fileOf = (stateFolder: string, { fingerprint, mettle }: DoctorKey): string =>
  join(stateFolder, 'doctor', `${fingerprint}-${mettle.replace(/[^\w.-]/g, '_')}.json`);

/** null when there is none, or none that can be read. */
export async function readDoctor(stateFolder: string, key: DoctorKey): Promise<Doctor | null> {
  const text = await readFile(fileOf(stateFolder, key), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return doctorSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** `stateFolder` exists and belongs to this user alone. Throws RECORD_UNWRITABLE or what making a folder throws. */
export async function writeDoctor(stateFolder: string, key: DoctorKey, doctor: Doctor): Promise<void> {
  const path = fileOf(stateFolder, key);
  makeFolder(join(stateFolder, 'doctor'), 0o700);
  await writeFileAtomic(path, `${JSON.stringify(doctor, null, 2)}\n`);
}
