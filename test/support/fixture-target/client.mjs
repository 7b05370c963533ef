// A client of the target, a process of its own: passes on what the target answers, and shows what it was given.
import { createServer } from 'node:http';

createServer((request, response) => {
  if (request.url === '/env') return void response.end(JSON.stringify(process.env));
  fetch(`${process.env.TARGET_URL}${request.url}`)
    .then(async (answer) => response.end(await answer.text()))
    .catch((error) => response.writeHead(502).end(error.message));
}).listen(Number(process.env.PORT), '127.0.0.1');
