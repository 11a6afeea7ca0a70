// Loaded before the bundle: delays each operation on a file. `?ms=20`
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers/promises';

const ms = Number(new URL(import.meta.url).searchParams.get('ms'));
const promises = createRequire(import.meta.url)('node:fs/promises');

for (const name of ['link', 'mkdir', 'open', 'readdir', 'readFile', 'rename', 'rm', 'unlink']) {
  const original = promises[name];
  promises[name] = async (...args) => {
    await setTimeout(ms);
    return original(...args);
  };
}
syncBuiltinESMExports();
