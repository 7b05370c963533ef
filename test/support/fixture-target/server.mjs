// A tiny service for the tests of src/system: rows of a table, its environment, a grandchild, an end on request.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import pg from 'pg';

const pool = process.env.DATABASE_URL
  ? new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 })
  : null;
pool?.on('error', (error) => console.error(`pool: ${error.message}`));
const sleeper = ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("deaf")'];
/** Resolves with its pid once it no longer hears SIGTERM. */
const startSleeper = (detached) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, sleeper, { stdio: ['ignore', 'pipe', 'ignore'], detached });
    child.stdout.once('data', () => resolve(child.pid));
  });

const routes = {
  'GET /ready': () => ({ ready: true }),
  'GET /env': () => process.env,
  'GET /rows': async () =>
    (await pool.query('SELECT text FROM items ORDER BY id')).rows.map(({ text }) => text),
  'GET /url': () => ({ url: process.env.DATABASE_URL }),
  'POST /rows': async () => (await pool.query("INSERT INTO items (text) VALUES ('added')")).rowCount,
  // One stays in the process group, one leaves it; neither ends on SIGTERM.
  'POST /grandchildren': () => Promise.all([startSleeper(false), startSleeper(true)]),
  'POST /end': () => setTimeout(() => process.exit(7), 20) && { ending: true },
};

const server = createServer((request, response) => {
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) return void response.writeHead(404).end();
  Promise.resolve()
    .then(route)
    .then((body) => response.end(JSON.stringify(body)))
    .catch((error) => response.writeHead(500).end(error.message));
});
server.listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log(`listening, variant ${process.env.NAME}`),
);
