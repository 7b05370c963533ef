// Does the open model keep its schedule at 5,000/s? Usage: node bench/rate.js [rate per second] [seconds]
// Says: achieved against asked, the schedule lag (95th percentile over the seconds of each second's p99), what was dropped.
import { measureOf, mettle, withServer } from './with-server.js';

const rate = Number(process.argv[2] ?? 5_000);
const seconds = Number(process.argv[3] ?? 60);

await withServer(async (url) => {
  const { run } = await mettle(['run', url, '--rate', `${rate}/s`, '--for', `${seconds}s`]);
  const series = run.series.find(({ kind }) => kind === 'step');
  const lag = measureOf(run, 'schedule lag p99');
  const busy = measureOf(run, 'busiest thread');
  const achieved = series.ok / seconds;
  console.log(`asked     ${rate}/s for ${seconds} s`);
  console.log(`offered   ${series.offered} (expected ${rate * seconds})`);
  console.log(
    `answered  ${series.ok}: ${achieved.toFixed(1)}/s, off by ${(Math.abs(achieved / rate - 1) * 100).toFixed(3)} %`,
  );
  console.log(
    `dropped   ${series.dropped}, unsent ${series.unsent}, failed ${series.failed}, censored ${series.censored}`,
  );
  console.log(
    `lag p99   ${(lag.value / 1000).toFixed(3)} ms (worst second ${(lag.worst / 1000).toFixed(3)} ms)`,
  );
  console.log(
    `service   p50 ${(series.serviceMicros.p50 / 1000).toFixed(3)} ms, p99 ${(series.serviceMicros.p99 / 1000).toFixed(3)} ms`,
  );
  console.log(
    `thread    busiest ${(busy.value * 100).toFixed(0)} % without spinning; threads ${run.environment.threads}`,
  );
  console.log(
    `health    ${run.health.level}${run.health.reasons.length > 0 ? `: ${run.health.reasons.join('; ')}` : ''}`,
  );
});
