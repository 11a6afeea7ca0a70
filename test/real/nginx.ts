import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';

/** A real nginx in a folder of its own. */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it serves from. */
  readonly root: string;
  readonly stop: () => Promise<void>;
}

/** Starts nginx on a free port of the loopback; ready when it takes connections. */
export async function startNginx(path: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-test-'));
  const root = join(folder, 'root');
  await mkdir(root);
  await writeFile(join(root, 'index.html'), 'ok\n');
  const port = await closedPort();
  const config = join(folder, 'nginx.conf');
  await writeFile(config, configuration(folder, root, port));
  const child = spawn(path, ['-p', folder, '-c', config, '-e', join(folder, 'error.log')], {
    stdio: 'inherit',
  });
  await listening(port, child);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGQUIT');
    await once(child, 'exit');
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    root,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, root: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  return `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  ${temporary}
  access_log ${folder}/access.log;
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`;
}

/** Tries until the port is open; throws when the process ends or 10 s have passed. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const end = Date.now() + 10_000;
  while (Date.now() < end && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing listens on ${port} (exit code ${child.exitCode})`);
}
