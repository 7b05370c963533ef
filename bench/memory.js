// Does memory grow with the length of a run? Usage: node bench/memory.js [minutes] [rate per second] [file for the curve, CSV]
// Reads the resident memory of Mettle every second (Linux) and draws the curve; compares the second minute with the last.
import { readFileSync, writeFileSync } from 'node:fs';
import { mettle, withServer } from './with-server.js';

const minutes = Number(process.argv[2] ?? 30);
const rate = Number(process.argv[3] ?? 2_000);
const curve = process.argv[4];

const points = [];
const residentMiB = (pid) => {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return undefined;
  }
};
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

await withServer(async (url) => {
  const started = Date.now();
  let timer;
  const { run } = await mettle(['run', url, '--rate', `${rate}/s`, '--for', `${minutes * 60}s`], (child) => {
    timer = setInterval(() => {
      const mebibytes = residentMiB(child.pid);
      if (mebibytes !== undefined) points.push({ seconds: (Date.now() - started) / 1000, mebibytes });
    }, 1_000);
    child.once('exit', () => clearInterval(timer));
  });
  const during = (from, to) =>
    points.filter(({ seconds }) => seconds >= from && seconds < to).map(({ mebibytes }) => mebibytes);
  const highest = Math.max(...points.map(({ mebibytes }) => mebibytes));
  for (let minute = 0; minute < minutes; minute += Math.max(1, Math.floor(minutes / 30))) {
    const value = median(during(minute * 60, (minute + 1) * 60));
    console.log(
      `${String(minute).padStart(3)} min ${value.toFixed(0).padStart(5)} MiB ${'#'.repeat(Math.round((value / highest) * 50))}`,
    );
  }
  const early = median(during(60, 120));
  const late = median(during((minutes - 1) * 60, minutes * 60));
  const after = Math.max(...during(minutes * 60, Infinity));
  const series = run.series.find(({ kind }) => kind === 'step');
  console.log(
    `second minute ${early.toFixed(0)} MiB, last minute ${late.toFixed(0)} MiB (x${(late / early).toFixed(2)}), highest while the record is written ${after.toFixed(0)} MiB`,
  );
  console.log(`${series.ok} answers of ${series.offered} offered; generator ${run.health.level}`);
  if (curve !== undefined) {
    writeFileSync(
      curve,
      `seconds,mebibytes\n${points.map(({ seconds, mebibytes }) => `${seconds.toFixed(1)},${mebibytes.toFixed(1)}`).join('\n')}\n`,
    );
  }
});
