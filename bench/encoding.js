// How long does handing over a second's histograms hold a load thread up? Usage: node bench/encoding.js [series] [rate]
// The thread lets what is due begin between two series: what counts is the longest piece in between, not the sum.
import { MessageChannel } from 'node:worker_threads';
import { Recorder } from '../dist/measure/recorder.js';

const series = Number(process.argv[2] ?? 40);
const ratePerSecond = Number(process.argv[3] ?? 5_000);
const seconds = 60;
const warmSeconds = 20;

const { port1, port2 } = new MessageChannel();
port2.on('message', () => undefined);
const recorder = new Recorder(0, 0);
recorder.edge(seconds * 1e6, 'end');
const pieces = [];
const sums = [];

for (let second = 0; second < seconds; second += 1) {
  for (let n = 0; n < ratePerSecond; n += 1) {
    const due = second * 1e6 + (n * 1e6) / ratePerSecond;
    recorder.record({
      series: `step ${n % series}`,
      dueAtMicros: due,
      startedAtMicros: due + 10,
      endedAtMicros: due + 300 + Math.random() ** 4 * 100_000,
      firstByteMicros: 200,
      error: null,
      answered: true,
      bytes: 10,
      status: '200',
    });
  }
  const deltas = [];
  let sum = 0;
  let at = performance.now();
  const piece = () => {
    const took = performance.now() - at;
    sum += took;
    if (second >= warmSeconds) pieces.push(took);
  };
  for (const delta of recorder.flushDelta()) {
    piece();
    deltas.push(delta);
    at = performance.now();
  }
  at = performance.now();
  port1.postMessage(deltas);
  piece();
  if (second >= warmSeconds) sums.push(sum);
}
port1.close();

pieces.sort((a, b) => a - b);
const at = (share) => pieces[Math.min(pieces.length - 1, Math.floor(pieces.length * share))].toFixed(3);
console.log(`${series} series, ${ratePerSecond} samples/s`);
console.log(`each piece  p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
console.log(`in a second ${(sums.reduce((a, b) => a + b, 0) / sums.length).toFixed(2)} ms in all`);
