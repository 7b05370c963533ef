// Runs inside Node's module loader: hands it TypeScript files without their types.

import { readFile } from 'node:fs/promises';
import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stripTypes } from './strip-types.ts';

const typescript = /^file:.*\.m?ts$/;

export const load: LoadHook = async (url, context, next) => {
  if (!typescript.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const source = await stripTypes(await readFile(path, 'utf8'), path);
  return { format: 'module', source, shortCircuit: true };
};
