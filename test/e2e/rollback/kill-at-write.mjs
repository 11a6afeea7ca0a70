// Loaded before the bundle: ends the process with SIGKILL right before or after its n-th change of
// the disk below a folder. `?folder=…&at=7&moment=after&into=…`; the count goes to `into`.
import { readlinkSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const { searchParams } = new URL(import.meta.url);
const folder = searchParams.get('folder');
const at = Number(searchParams.get('at'));
const moment = searchParams.get('moment');
const into = searchParams.get('into');
let count = 0;

const kill = () => process.kill(process.pid, 'SIGKILL');
const isBelow = (path) => typeof path === 'string' && path.startsWith(folder);
const getPath = (fd) => readlinkSync(`/proc/self/fd/${fd}`);

function before(path) {
  if (!isBelow(path)) return () => {};
  count++;
  const isNth = count === at;
  writeFileSync(into, String(count));
  if (isNth && moment === 'before') kill();
  return () => {
    if (isNth) kill();
  };
}

const require = createRequire(import.meta.url);
const fs = require('node:fs');
const promises = require('node:fs/promises');

// A line of a journal or a ledger: written, then flushed.
const { writeSync, fdatasyncSync } = fs;
let line = () => {};
fs.writeSync = (fd, ...rest) => {
  line = before(getPath(fd));
  return writeSync(fd, ...rest);
};
fs.fdatasyncSync = (fd) => {
  fdatasyncSync(fd);
  line();
};
for (const [name, which] of [
  ['link', 1],
  ['rename', 1],
  ['rm', 0],
  ['mkdir', 0],
  ['unlink', 0],
]) {
  const original = promises[name];
  promises[name] = async (...args) => {
    const after = before(args[which]);
    const result = await original(...args);
    after();
    return result;
  };
}
syncBuiltinESMExports();
