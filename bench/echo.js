// The far end of bench/proxy.js, in a process of its own: echoes what it gets (`echo`), or sends without end (`source`).
import { createServer } from 'node:net';

const block = Buffer.alloc(65_536, 1);

const roles = {
  echo: (socket) => socket.pipe(socket),
  source: (socket) => {
    const send = () => {
      while (socket.writable && socket.write(block));
    };
    socket.on('drain', send);
    socket.resume();
    send();
  },
};

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  roles[process.argv[2]](socket);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.once('disconnect', () => process.exit());
