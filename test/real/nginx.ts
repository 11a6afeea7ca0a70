import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { disposeWithFolder, startServer } from './server-process.ts';

/** A real nginx in its own folder. */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The folder it serves. */
  readonly root: string;
  readonly stop: () => Promise<void>;
}

/** Starts nginx on a free port of the loopback interface. */
export async function startNginx(path: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-test-'));
  const root = join(folder, 'root');
  await mkdir(root);
  await writeFile(join(root, 'index.html'), 'ok\n');
  const port = await closedPort();
  const config = join(folder, 'nginx.conf');
  await writeFile(config, configuration(folder, root, port));
  const { stop } = await startServer(
    path,
    ['-p', folder, '-c', config, '-e', join(folder, 'error.log')],
    { stopWith: 'SIGQUIT', ready: { port, host: '127.0.0.1' } },
  );
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    root,
    stop,
    ...disposeWithFolder({ stop }, folder),
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
