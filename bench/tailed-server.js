// A service whose answers take some 30 ms, a fifth of them twice as long, with a little real work in each; PORT says where.
// It can be made slower: EVERY_FACTOR multiplies the time of every answer (1.1: p50 and all else), TAIL_FACTOR that of the
// slow fifth alone (1.2: p95, and p50 stays).
import { pbkdf2Sync } from 'node:crypto';
import { createServer } from 'node:http';

const { PORT, EVERY_FACTOR = '1', TAIL_FACTOR = '1' } = process.env;
const [everyFactor, tailFactor] = [Number(EVERY_FACTOR), Number(TAIL_FACTOR)];

const medianMs = 30;
const spread = 0.2;
const slowShare = 0.2;

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

function serviceMs() {
  const isSlow = Math.random() < slowShare;
  return medianMs * Math.exp(spread * normal()) * everyFactor * (isSlow ? 2 * tailFactor : 1);
}

/** Some 0.3 ms of a core. */
const work = () => pbkdf2Sync('question', 'salt', 200, 32, 'sha256').toString('hex');

createServer((request, response) => {
  if (request.url === '/ready') return void response.end('ready');
  // Timers count whole milliseconds: what is left over is a chance of one more, so that the mean is right.
  const asked = serviceMs();
  const delayMs = Math.floor(asked) + (Math.random() < asked % 1 ? 1 : 0);
  setTimeout(() => response.end(work()), delayMs);
}).listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
