// Loaded before the bundle: ends the process with SIGKILL right after the n-th change of the applied
// strategies, by a request with a method other than GET or on the disk outside state-dir. `?at=7&folder=…`
import { createRequire, syncBuiltinESMExports } from 'node:module';

const { searchParams } = new URL(import.meta.url);
const at = Number(searchParams.get('at'));
const state = `${searchParams.get('folder')}state/`;
let count = 0;

const require = createRequire(import.meta.url);
const http = require('node:http');
const promises = require('node:fs/promises');
const kill = () => process.kill(process.pid, 'SIGKILL');

const { request } = http;
http.request = (options, ...rest) => {
  const sent = request(options, ...rest);
  if (typeof options.method !== 'string' || options.method === 'GET') return sent;
  count++;
  if (count === at) sent.prependOnceListener('response', kill);
  return sent;
};
for (const [name, which] of [
  ['rename', 1],
  ['symlink', 1],
  ['mkdir', 0],
  ['rm', 0],
]) {
  const original = promises[name];
  promises[name] = async (...args) => {
    const result = await original(...args);
    const path = args[which];
    if (typeof path !== 'string' || path.startsWith(state)) return result;
    count++;
    if (count === at) kill();
    return result;
  };
}
// SQLite runs in its own process: both processes end during the copy.
const sqlite = require('node:sqlite');
const { backup } = sqlite;
sqlite.backup = (from, to, options) =>
  backup(from, to, {
    ...options,
    progress: (pages) => {
      if (!to.startsWith(state)) count++;
      if (count === at && !to.startsWith(state)) {
        process.kill(process.ppid, 'SIGKILL');
        kill();
      }
      options.progress?.(pages);
    },
  });
syncBuiltinESMExports();
