// Does encoding the histograms of every second show in the schedule lag? Usage: node bench/encoding.js [rate] [seconds]
// The same rate twice, interleaved: into two series, and into forty (some two hundred histograms a second).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureOf, mettle, withServer } from './with-server.js';

const rate = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'mettle-bench-'));

function scenario(url, flows) {
  const names = Array.from({ length: flows }, (_, index) => `flow${index}`);
  return JSON.stringify({
    name: `${flows} flows`,
    target: { http: url },
    flows: Object.fromEntries(names.map((name) => [name, { steps: [{ http: 'GET /', name }] }])),
    load: names.map((flow) => ({
      flow,
      arrivals: [{ rate: `${rate / flows}/s`, for: `${seconds}s`, spacing: 'poisson' }],
    })),
    warmup: '2s',
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  await withServer(async (url) => {
    const lags = { 1: [], 20: [] };
    for (const flows of [1, 20, 20, 1, 1, 20]) {
      const file = join(folder, `flows-${flows}.json`);
      writeFileSync(file, scenario(url.slice(0, -1), flows));
      const { run } = await mettle(['run', file]);
      lags[flows].push(measureOf(run, 'schedule lag p99').value / 1_000);
      console.log(`${flows} flows: lag p99 ${lags[flows].at(-1).toFixed(3)} ms, health ${run.health.level}`);
    }
    console.log(`lag p99 with twenty times the series: x${(median(lags[20]) / median(lags[1])).toFixed(2)}`);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
