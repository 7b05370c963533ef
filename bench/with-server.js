// What the benchmarks share: the server, the command line under test, and its record.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs `act` with the server's URL and ends the server, whatever happens. */
export async function withServer(act) {
  const server = spawn(process.execPath, [here('server.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [first] = await once(server.stdout, 'data');
  try {
    return await act(`http://127.0.0.1:${String(first).trim()}/`);
  } finally {
    server.stdin.end();
    await once(server, 'exit');
  }
}

/** Runs `mettle` and returns its record (run.json) and exit code; `watch` sees the process while it runs. */
export async function mettle(args, watch = () => undefined) {
  const out = mkdtempSync(join(tmpdir(), 'mettle-bench-'));
  try {
    const child = spawn(process.execPath, [here('../bin/mettle.js'), ...args, '--out', out, '--quiet'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    watch(child);
    const [exitCode] = await once(child, 'exit');
    const [id] = readdirSync(out);
    return { exitCode, run: JSON.parse(readFileSync(join(out, id, 'run.json'), 'utf8')) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

export const measureOf = (run, name) => run.health.measures.find((measure) => measure.name === name);
