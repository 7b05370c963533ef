// Where the built entry files of threads and child processes are, from source as well as from dist.

import { fileURLToPath } from 'node:url';

/** Absolute path inside the package, e.g. `packagePath('reports/templates/run.hbs')`. */
export function packagePath(relative: string): string {
  // Both dist/kernel and dist/bundled lie two folders deep, as src/kernel does.
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}

/** Absolute path of a bundled entry, e.g. `builtEntry('run/worker.js')`; needs `npm run build`. */
export function builtEntry(relative: string): string {
  return packagePath(`dist/bundled/${relative.replaceAll('/', '-')}`);
}
