// The embedded proxy beside a real Toxiproxy, in one run and in turns: round trips of 64 bytes, and bytes per second.
// Usage: TOXIPROXY_BIN=… node bench/proxy.js [rounds]   (needs `npm run build`)
// Says for each: echo p50 and p99, MB/s; and the ratios of the embedded one to the real one. Medians over the rounds.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 7);
const roundTrips = 10_000;
const warmUpTrips = 3_000;
const sourceMs = 2_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const children = [];

async function farEnd(role) {
  const child = fork(`${here}echo.js`, [role]);
  children.push(child);
  const [port] = await once(child, 'message');
  return `127.0.0.1:${port}`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(api) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`${api}/version`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(25);
  }
  throw new Error(`nothing answers on ${api}`);
}

/** Each in a process of its own, as different as they are. */
async function startServer(program, flags) {
  const port = await freePort();
  children.push(spawn(program, [...flags, String(port)], { stdio: 'ignore' }));
  const api = `http://127.0.0.1:${port}`;
  await answers(api);
  return api;
}

async function proxied(api, upstreams) {
  const make = async ([name, upstream]) => {
    const body = JSON.stringify({ name, listen: '127.0.0.1:0', upstream });
    const answer = await fetch(`${api}/proxies`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
    return [name, (await answer.json()).listen];
  };
  return Object.fromEntries(await Promise.all(Object.entries(upstreams).map(make)));
}

async function open(address) {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Microseconds of each round trip, sorted. */
async function echo(address) {
  const socket = await open(address);
  const message = Buffer.alloc(64, 2);
  const times = new Float64Array(roundTrips);
  await new Promise((resolve, reject) => {
    let trip = -warmUpTrips;
    let got = 0;
    let sentAt = process.hrtime.bigint();
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      got += chunk.length;
      if (got < message.length) return;
      const now = process.hrtime.bigint();
      if (trip >= 0) times[trip] = Number(now - sentAt) / 1_000;
      got = 0;
      trip += 1;
      if (trip === roundTrips) return resolve();
      sentAt = process.hrtime.bigint();
      socket.write(message);
    });
    socket.write(message);
  });
  socket.destroy();
  return times.sort();
}

/** Megabytes (10^6) per second. */
async function source(address) {
  const socket = await open(address);
  let bytes = 0;
  const began = process.hrtime.bigint();
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.on('error', () => undefined);
  await wait(sourceMs);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  socket.destroy();
  return bytes / 1e6 / seconds;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const upstreams = { echo: await farEnd('echo'), source: await farEnd('source') };
  const real = process.env.TOXIPROXY_BIN ?? `${homedir()}/go/bin/server`;
  const mettle = fileURLToPath(new URL('../bin/mettle.js', import.meta.url));
  const ways = {
    direct: upstreams,
    embedded: await proxied(
      await startServer(process.execPath, [mettle, 'chaos', 'proxy', '--port']),
      upstreams,
    ),
    real: await proxied(await startServer(real, ['-host', '127.0.0.1', '-port']), upstreams),
  };
  const seen = Object.fromEntries(Object.keys(ways).map((way) => [way, { p50: [], p99: [], rate: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    // In turns, each round in another order: what else the machine does hits all alike.
    const order = Object.keys(ways).map((_, index, all) => all[(index + round) % all.length]);
    for (const way of order) {
      const times = await echo(ways[way].echo);
      seen[way].p50.push(times[Math.floor(0.5 * roundTrips)]);
      seen[way].p99.push(times[Math.floor(0.99 * roundTrips)]);
      seen[way].rate.push(await source(ways[way].source));
    }
  }
  const row = (way) => [median(seen[way].p50), median(seen[way].p99), median(seen[way].rate)];
  console.log(`${rounds} rounds, medians       echo p50    echo p99        MB/s`);
  for (const way of Object.keys(ways)) {
    const [p50, p99, rate] = row(way);
    console.log(
      `${way.padEnd(22)} ${p50.toFixed(1).padStart(9)} µs ${p99.toFixed(1).padStart(8)} µs ${rate.toFixed(0).padStart(11)}`,
    );
  }
  const ratios = row('embedded').map((value, index) => value / row('real')[index]);
  console.log(
    `embedded to real       ${ratios[0].toFixed(2).padStart(11)}x ${ratios[1].toFixed(2).padStart(10)}x ${ratios[2].toFixed(2).padStart(10)}x`,
  );
} finally {
  for (const child of children) child.kill();
}
