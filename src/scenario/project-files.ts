// Files that a scenario names: inside the project only, known by their content, so that another clone compares equal.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { filesOfBody } from '../engines/http-body-input.ts';
import { filesOfTls } from '../engines/settings.ts';
import { filesOfMessage } from '../engines/ws-step.ts';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import type { Problem } from './issues.ts';
import type { ProjectFile } from './scenario.ts';
import type { ScenarioInput } from './schema.ts';
import { stepsOfFlow } from './walk-steps.ts';
import type { Path } from './yaml-document.ts';

/** Where a file may lie: in the scenario's folder or the project's, once links are followed. */
export interface ProjectFolders {
  readonly folder: string;
  readonly root: string;
}

const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
};

/** The absolute path of a regular file, or what is wrong with it. */
async function projectPath(
  written: string,
  { folder, root }: ProjectFolders,
): Promise<{ readonly path: string; readonly bytes: number } | { readonly problem: string }> {
  try {
    const path = await realpath(resolve(folder, written));
    const allowed = await Promise.all([realpath(folder), realpath(root)]);
    if (!allowed.some((inside) => isInside(path, inside)))
      return { problem: 'the file is outside the project' };
    const status = await stat(path);
    return status.isFile() ? { path, bytes: status.size } : { problem: 'not a file' };
  } catch (thrown) {
    return { problem: errnoOf(thrown) === 'ENOENT' ? 'no such file' : messageOf(thrown) };
  }
}

interface NamedFile {
  readonly written: string;
  readonly where: Path;
}

function namedFiles(input: ScenarioInput): NamedFile[] {
  const tls = input.tls === undefined ? [] : filesOfTls(input.tls);
  const hooks = input.hooks === undefined ? [] : [{ written: input.hooks, where: ['hooks'] }];
  return [...tls.map(([key, written]) => ({ written, where: ['tls', key] })), ...hooks, ...sentFiles(input)];
}

/** What steps send. */
const sentFiles = ({ flows }: ScenarioInput): NamedFile[] =>
  Object.entries(flows)
    .flatMap(([name, { before = [], steps }]) => stepsOfFlow({ name, weight: 1, before, steps }))
    .flatMap(({ step, path }) =>
      (step.kind === 'http' ? filesOfBody(step.body) : step.kind === 'ws' ? filesOfMessage(step) : []).map(
        ({ written, where }) => ({ written, where: [...path, ...where] }),
      ),
    );

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Looks at every file that the scenario names. */
export async function readProjectFiles(
  input: ScenarioInput,
  folders: ProjectFolders,
): Promise<{ readonly files: Readonly<Record<string, ProjectFile>>; readonly problems: readonly Problem[] }> {
  const files: Record<string, ProjectFile> = {};
  const problems: Problem[] = [];
  for (const { written, where } of namedFiles(input)) {
    if (Object.hasOwn(files, written)) continue;
    const found = await projectPath(written, folders);
    if ('problem' in found) {
      problems.push({ path: where, part: 'value', message: `${written}: ${found.problem}` });
    } else files[written] = { path: found.path, sha256: await digestOf(found.path) };
  }
  return { files, problems };
}
