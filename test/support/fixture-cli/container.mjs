// A service in a container: reachable from outside it.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('from a container')).listen(8080, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
