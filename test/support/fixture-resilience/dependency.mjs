// What the service depends on: answers at once.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('item 1')).listen(Number(process.env.PORT), '127.0.0.1');
