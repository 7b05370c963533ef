// Listens, and never says that it is ready.
import { createServer } from 'node:http';

console.log('warming up');
createServer((_request, response) => response.writeHead(503).end()).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
