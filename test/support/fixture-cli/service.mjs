// A tiny service to be run by the command line's tests: delays, failures and an end on request, a backend if it has one.
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';

// Starts only once, as what lost its data or its licence does: the file says that it has.
const { STARTS_ONCE } = process.env;
if (STARTS_ONCE !== undefined) {
  if (existsSync(STARTS_ONCE)) {
    console.error('cannot start a second time');
    process.exit(3);
  }
  writeFileSync(STARTS_ONCE, '');
}

const { PORT, BACKEND_URL, DELAY_MS = '0', DIES_AFTER_MS, READY_AFTER_MS = '0', FAILS } = process.env;
const startedAt = Date.now();

/** On a connection of its own each time, so that a fault on new connections is seen too. */
const askBackend = () =>
  new Promise((resolve, reject) => {
    const request = send(BACKEND_URL, { agent: false }, (response) => {
      response.resume();
      response.once('end', resolve);
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end();
  });

const after = (delayMs, act) => setTimeout(act, delayMs);
const answer = (response, status) => response.writeHead(status).end('answer');

/** Its own account of what it answered, and when. */
const logged = (status) => {
  if (process.env.LOGS_WORK === 'yes') console.log(`work ${status} ${Date.now()}`);
  return status;
};

const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/work') server.emit('work');
  if (path === '/ready') answer(response, Date.now() - startedAt < Number(READY_AFTER_MS) ? 503 : 200);
  else if (path === '/work' && Date.now() - startedAt > Number(process.env.FAILS_AFTER_MS ?? Infinity))
    answer(response, 500);
  else if (path === '/work' && Date.now() - startedAt < Number(process.env.WORKS_AFTER_MS ?? 0))
    answer(response, logged(503));
  else if (path === '/work')
    after(Number(DELAY_MS), () => answer(response, logged(FAILS === 'yes' ? 500 : 200)));
  else if (path === '/slow') after(400, () => answer(response, 200));
  else if (path === '/via') {
    askBackend().then(
      () => answer(response, 200),
      () => answer(response, 502),
    );
  } else answer(response, 404);
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));

process.on('SIGTERM', () => {
  console.log('asked to stop');
  process.exit(0);
});

/** That long after it was first asked to work. */
if (DIES_AFTER_MS !== undefined)
  server.once('work', () =>
    after(Number(DIES_AFTER_MS), () => {
      console.error('out of luck');
      process.exit(9);
    }),
  );

/** Watches its backend by itself, and says when that changes. */
async function watchBackend() {
  let seen = '';
  for (;;) {
    const now = await askBackend().then(
      () => 'up',
      () => 'down',
    );
    if (now !== seen) console.log(`backend ${now}`);
    seen = now;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
if (process.env.WATCHES_BACKEND === 'yes') await watchBackend();
