// Asks git, which may be missing, slow, or have no say in a folder: then there is no answer, and never a failure.

import { execFile } from 'node:child_process';

/** Of whichever repository called Mettle (a hook of git does): the folder says which is meant. */
const othersRepository = new Set([
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_PREFIX', 'GIT_NAMESPACE'],
  ...['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_CEILING_DIRECTORIES'],
]);

const timeoutMs = 5_000;
const mostBytes = 4 * 1_048_576;

export type Git = (...args: readonly string[]) => Promise<string | null>;

/** No shell, no prompt, no program of the repository's own, nothing written. null: it could not say. */
export const gitIn =
  (folder: string, environment: NodeJS.ProcessEnv = process.env): Git =>
  (...args) =>
    new Promise((resolve) => {
      const env = {
        ...Object.fromEntries(Object.entries(environment).filter(([name]) => !othersRepository.has(name))),
        ...{ GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' },
      };
      const options = {
        cwd: folder,
        env,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: mostBytes,
      } as const;
      const quiet = ['-c', 'core.fsmonitor=false', '-c', 'core.untrackedCache=false'];
      execFile('git', [...quiet, ...args], options, (error, stdout) => {
        resolve(error === null ? stdout.trim() : null);
      });
    });
