// What the fixture service depends on: answers at once.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('rows')).listen(Number(process.env.PORT), '127.0.0.1');
