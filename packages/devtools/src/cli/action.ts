import { fileURLToPath } from 'node:url';
import { getTerminalOptions } from '../terminal/markdown.ts';
import { actionCommand } from './action-command.ts';

// pnpm action <name> key=value …
const interrupted = new AbortController();
// The action runs in its own process group, so signals must be forwarded.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => interrupted.abort());
}

process.exitCode = await actionCommand({
  root: fileURLToPath(new URL('../../../..', import.meta.url)),
  argv: process.argv.slice(2),
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: process.env,
  terminal: getTerminalOptions(process.stdout),
  write: (text) => process.stdout.write(text),
  interrupted: interrupted.signal,
});
