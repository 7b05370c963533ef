// What is run is bundled out of what was compiled: finding and linking some nine hundred small files takes half a second.
// The names are those of builtEntry (src/kernel/entry.ts). What comes from node_modules stays there.
import { defineConfig } from 'rolldown';

const entries = [
  'cli/main',
  'run/worker',
  'run/doctor-thread',
  'proxy/thread',
  'faults/watchdog-main',
  'engines/hook-loader',
];

export default defineConfig({
  input: Object.fromEntries(entries.map((entry) => [entry.replaceAll('/', '-'), `dist/${entry}.js`])),
  external: /^[^./]/,
  platform: 'node',
  output: {
    dir: 'dist/bundled',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
