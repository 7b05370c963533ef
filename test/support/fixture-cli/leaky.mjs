// Gives nothing back if told so: each answer keeps some memory, and a connection to itself that is never closed.
import { createServer } from 'node:http';
import { connect } from 'node:net';

const { PORT, LEAKS } = process.env;
const kept = [];

const server = createServer((request, response) => {
  if (request.url === '/work' && LEAKS === 'yes') {
    kept.push(Buffer.alloc(500_000, 1), connect(Number(PORT), '127.0.0.1'));
  }
  response.end('answer');
});
server.keepAliveTimeout = 60_000;
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
