// A server that costs little: answers every request with 11 bytes, in a process of its own. Prints its port.
import { createServer } from 'node:net';

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-length: 11\r\ncontent-type: text/plain\r\n\r\nhello world',
);
const end = '\r\n\r\n';

const server = createServer({ noDelay: true }, (socket) => {
  let tail = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    tail += chunk.toString('latin1');
    for (let at = tail.indexOf(end); at !== -1; at = tail.indexOf(end)) {
      tail = tail.slice(at + end.length);
      socket.write(answer);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
// Whoever started it holds its standard input: it ends with that.
process.stdin.on('end', () => process.exit(0)).resume();
