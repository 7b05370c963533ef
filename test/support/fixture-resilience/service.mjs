// A service with one dependency, and the patterns that a service may have against its failing, each behind a switch.
import { createServer, request as send } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const { PORT, DEPENDENCY_URL, TIMEOUT_MS, TRIES = '1', BREAKER, FALLBACK, WORKERS, BULKHEAD } = process.env;

/** One call, on a connection of its own. */
const callOnce = () =>
  new Promise((resolve, reject) => {
    const request = send(DEPENDENCY_URL, { agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.once('end', () => resolve(Buffer.concat(parts).toString()));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.once('close', () => clearTimeout(limit));
    const tooLong = () => request.destroy(new Error('timeout'));
    const limit = TIMEOUT_MS === undefined ? undefined : setTimeout(tooLong, Number(TIMEOUT_MS));
    request.end();
  });

/** Tries again after a failure: exponential back-off with full jitter, so many tries in all. */
async function callWithTries(left = Number(TRIES), backOffMs = 10) {
  try {
    return await callOnce();
  } catch (error) {
    if (left <= 1) throw error;
    await wait(Math.random() * backOffMs);
    return await callWithTries(left - 1, backOffMs * 2);
  }
}

/** Opens after 5 failures in a row; a second later one call is let through, and decides. */
const breaker = { failures: 0, openUntilMs: 0, probing: false };
async function callBehindBreaker() {
  if (BREAKER !== 'on') return await callWithTries();
  const open = breaker.failures >= 5;
  if (open && (breaker.probing || performance.now() < breaker.openUntilMs)) throw new Error('open');
  breaker.probing = open;
  try {
    const answer = await callWithTries();
    breaker.failures = 0;
    return answer;
  } catch (error) {
    breaker.failures += 1;
    breaker.openUntilMs = performance.now() + 1_000;
    throw error;
  } finally {
    if (open) breaker.probing = false;
  }
}

/** What was answered last is kept for when there is nothing else. */
let lastGood;
async function item() {
  try {
    lastGood = await callBehindBreaker();
    return lastGood;
  } catch (error) {
    if (FALLBACK === 'on' && lastGood !== undefined) return lastGood;
    throw error;
  }
}

/** So many at a time; others wait in line, or are turned away where there is none. */
function limited(most, mayWait) {
  const line = [];
  let busy = 0;
  return async (work) => {
    if (busy >= most) {
      if (!mayWait) throw new Error('full');
      await new Promise((resolve) => line.push(resolve));
    } else busy += 1;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) busy -= 1;
      else next();
    }
  };
}
const worker = limited(WORKERS === undefined ? Infinity : Number(WORKERS), true);
const compartment = limited(BULKHEAD === undefined ? Infinity : Number(BULKHEAD), false);

const routes = {
  '/ready': () => Promise.resolve('ready'),
  '/item': () => compartment(() => worker(item)),
  '/plain': () => worker(() => Promise.resolve('plain')),
};
createServer((request, response) => {
  routes[request.url]().then(
    (text) => response.end(text),
    (error) => response.writeHead(503).end(String(error)),
  );
}).listen(Number(PORT), '127.0.0.1');
