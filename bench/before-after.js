// Does `mettle verify` see what is there, and nothing else? A server against itself, then against a slower one, on loopback.
// Usage: node bench/before-after.js [A/A comparisons] [slowed comparisons of each kind] [most minutes]
// Says: how often each outcome came out of ten pairs of short runs, and between which limits its true share lies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limitsOf } from './binomial.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [same, slowed, mostMinutes] = [
  Number(process.argv[2] ?? 20),
  Number(process.argv[3] ?? 5),
  Number(process.argv[4] ?? 90),
];
if (![same, slowed, mostMinutes].every((value) => Number.isFinite(value) && value >= 0)) {
  console.error('usage: node bench/before-after.js [A/A comparisons] [slowed comparisons] [most minutes]');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'mettle-bench-'));
const deadlineMs = Date.now() + mostMinutes * 60_000;

/** A target and a scenario whose `primary` is this metric. */
function scenarioOf(name, primary, after) {
  const target = join(folder, `${name}.target.yml`);
  const start = `node "${here('tailed-server.js')}"`;
  const variants = { before: { start, env: {} }, after: { start, env: after } };
  writeFileSync(
    target,
    [
      `name: ${name}`,
      `variants: ${JSON.stringify(variants)}`,
      'http: http://127.0.0.1:{{port}}',
      'ready: GET /ready within 20s',
    ].join('\n'),
  );
  const path = join(folder, `${name}.yml`);
  const steps = [{ http: 'GET /work', name: 'work', timeout: '5s' }];
  writeFileSync(
    path,
    [
      `name: ${name}`,
      `target: ${JSON.stringify(target)}`,
      `flows: ${JSON.stringify({ work: { steps } })}`,
      `load: ${JSON.stringify([{ flow: 'work', arrivals: [{ rate: '200/s', for: '3s' }] }])}`,
      'warmup: 500ms',
      `primary: ${primary}`,
    ].join('\n'),
  );
  return path;
}

/** One comparison of ten pairs: the outcome of its primary metric, or that there was none. */
async function compared(scenario, seed) {
  const out = join(folder, 'out');
  mkdirSync(out, { recursive: true });
  const args = ['verify', scenario, '--pairs', '10', '--cool-down', '200ms', '--seed', `${seed}`];
  const child = spawn(
    process.execPath,
    [here('../bin/mettle.js'), ...args, '--json', '--quiet', '--out', out],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, METTLE_STATE_DIR: join(folder, 'state'), METTLE_DOCTOR: 'off' },
    },
  );
  const limit = setTimeout(() => child.kill('SIGINT'), 6 * 60_000);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  await once(child, 'close');
  clearTimeout(limit);
  rmSync(out, { recursive: true, force: true });
  if (text === '') return { outcome: 'none', reason: 'no document was printed' };
  const { metrics, verdict } = JSON.parse(text);
  const primary = metrics.find((metric) => metric.primary);
  return primary ?? { outcome: 'none', reason: verdict.reasons.join('; ') };
}

const percent = (share) => `${(share * 100).toFixed(1)} %`;

function share(name, count, total) {
  if (total === 0) return `${name}: none were made`;
  const [low, high] = limitsOf(count, total);
  return `${name}: ${count} of ${total} (${percent(low)} to ${percent(high)})`;
}

/** Prints each comparison as it comes; returns the outcomes. */
async function series(title, count, scenarioAt) {
  console.log(`\n${title}`);
  const outcomes = [];
  for (let index = 0; index < count; index += 1) {
    if (Date.now() > deadlineMs) {
      console.log(`  stopped after ${mostMinutes} minutes: ${index} of ${count} made`);
      break;
    }
    const startedMs = Date.now();
    const { outcome, reason } = await compared(scenarioAt(index), 1_000 + index);
    outcomes.push(outcome);
    const seconds = ((Date.now() - startedMs) / 1_000).toFixed(0);
    console.log(`  ${String(index + 1).padStart(3)}  ${outcome.padEnd(12)}  ${seconds} s  ${reason}`);
  }
  return outcomes;
}

const countOf = (outcomes, ...names) => outcomes.filter((outcome) => names.includes(outcome)).length;
const judgedIn = (outcomes) => outcomes.filter((outcome) => outcome !== 'none' && outcome !== 'invalid');

function summary(title, outcomes, wanted) {
  const judged = judgedIn(outcomes);
  console.log(`\n${title}: ${judged.length} judged, ${outcomes.length - judged.length} could not be`);
  for (const name of ['improved', 'regressed', 'no change', 'inconclusive'])
    console.log(`  ${share(name, countOf(judged, name), judged.length)}`);
  console.log(`  ${wanted(judged)}`);
}

try {
  const unchanged = ['p50', 'p95'].map((metric) => scenarioOf(`same-${metric}`, `${metric}(work)`, {}));
  const slowMedian = scenarioOf('slow-p50', 'p50(work)', { EVERY_FACTOR: '1.1' });
  const slowTail = scenarioOf('slow-p95', 'p95(work)', { TAIL_FACTOR: '1.2' });
  console.log(
    `ten pairs of runs of 3 s at 200/s; ${same} comparisons of a server with itself, ${slowed} of each slower one`,
  );
  const aa = await series('the same server, p50 and p95 in turn', same, (index) => unchanged[index % 2]);
  const median = await series('10 % slower in p50', slowed, () => slowMedian);
  const tail = await series('20 % slower in p95', slowed, () => slowTail);
  summary('the same server', aa, (judged) =>
    share('false alarms (stated: at most 5 %)', countOf(judged, 'improved', 'regressed'), judged.length),
  );
  summary('10 % slower in p50', median, (judged) =>
    share('found', countOf(judged, 'regressed'), judged.length),
  );
  summary('20 % slower in p95', tail, (judged) =>
    share('found', countOf(judged, 'regressed'), judged.length),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
