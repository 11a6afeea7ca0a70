import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectDocker } from '@repo/docker/client';
import { dockerHost } from '@repo/docker/endpoint';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { type Engine, engine } from './engine.ts';

const execute = promisify(execFile);
const busybox = engine('busybox', 'apt-get install busybox-static');
const daemon = engine('dockerd', 'apt-get install docker.io busybox-static, as root');
const isRoot = process.getuid?.() === 0;

/** The Docker engine; its path is `undefined` without dockerd, busybox or root. */
export const dockerEngine: Engine = {
  ...daemon,
  path: isRoot && busybox.path !== undefined ? daemon.path : undefined,
};

/** A real Docker daemon with its own folders and socket. */
export interface Dockerd extends AsyncDisposable {
  /** For DOCKER_HOST: `unix:///tmp/dockerd-…/docker.sock`. */
  readonly host: string;
  /** `tcp://127.0.0.1:port` with TLS. */
  readonly tcp: string | undefined;
  readonly folder: string;
  /** Runs the docker CLI and returns its trimmed output. Throws if it fails. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Runs the docker CLI with standard input, such as a Dockerfile for `build -`. */
  readonly dockerWith: (input: string | Buffer, ...args: readonly string[]) => Promise<string>;
  /**
   * Creates a runnable image with busybox, without a registry, and returns its ID. `changes` are
   * lines of a Dockerfile: `LABEL a=b`, `CMD […]`.
   */
  readonly importBusybox: (tag: string, ...changes: readonly string[]) => Promise<string>;
  /** Removes all containers, images, networks and volumes. */
  readonly clear: () => Promise<void>;
}

export interface DockerdOptions {
  /** PEM files to listen on TCP too, for clients with a certificate of this CA. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Stores all data on a RAM disk of this size. */
  readonly diskBytes?: number;
}

/** Starts a daemon without external network and waits until it responds (1 to 3 s). */
export async function startDockerd({ tls, diskBytes }: DockerdOptions = {}): Promise<Dockerd> {
  if (dockerEngine.path === undefined) throw new Error(dockerEngine.needs);
  const folder = await mkdtemp(join(tmpdir(), 'dockerd-'));
  const [data, exec, socket] = ['data', 'exec', 'docker.sock'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const host = `unix://${socket}`;
  const tcp = tls && `tcp://127.0.0.1:${await closedPort()}`;
  await mkdir(data);
  if (diskBytes !== undefined) {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', data]);
  }
  const log = await open(join(folder, 'log'), 'w');
  const child = spawn(
    dockerEngine.path,
    [
      ['--data-root', data, '--exec-root', exec, '--pidfile', join(folder, 'pid')],
      ['--host', host, '--bridge=none', '--iptables=false', '--ip6tables=false'],
      // Many small networks, outside of Docker's default address pools.
      ['--default-address-pool', 'base=10.213.0.0/16,size=24', '--shutdown-timeout=1'],
      tcp && tls
        ? [
            '-H',
            tcp,
            '--tlsverify',
            '--tlscacert',
            tls.ca,
            '--tlscert',
            tls.cert,
            '--tlskey',
            tls.key,
          ]
        : [],
    ].flat(),
    { stdio: ['ignore', log.fd, log.fd] },
  );
  await log.close();

  const config = join(folder, 'config');
  const dockerWith = async (input: string | Buffer, ...args: readonly string[]) => {
    const run = execute('docker', args, {
      env: {
        PATH: process.env.PATH,
        DOCKER_HOST: host,
        DOCKER_CONFIG: config,
        DOCKER_BUILDKIT: '0',
      },
      maxBuffer: 2 ** 26,
    });
    // Most commands do not read their input and may exit before it is written.
    run.child.stdin?.on('error', () => {}).end(input);
    return (await run).stdout.trim();
  };
  const docker = (...args: readonly string[]) => dockerWith('', ...args);
  const lines = async (...args: readonly string[]) =>
    (await docker(...args)).split('\n').filter((line) => line !== '');
  const clear = async () => {
    for (const [list, remove] of [
      [
        ['ps', '-aq'],
        ['rm', '-fv'],
      ],
      [
        ['images', '-aq'],
        ['rmi', '-f'],
      ],
      [
        ['network', 'ls', '-q', '--filter', 'type=custom'],
        ['network', 'rm'],
      ],
      [
        ['volume', 'ls', '-q'],
        ['volume', 'rm', '-f'],
      ],
    ] as const) {
      // Repeated, because a parent image can only be removed after its children.
      for (let round = 0; round < 5; round++) {
        const ids = [...new Set(await lines(...list))];
        if (ids.length === 0) break;
        await docker(...remove, ...ids).catch(() => {});
      }
    }
  };
  const stop = async () => {
    if (child.exitCode === null) {
      await clear();
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await unmount(exec);
    if (diskBytes !== undefined) await execute('umount', [data]);
    await rm(folder, { recursive: true, maxRetries: 5 });
  };
  try {
    await waitForDaemon(host, child, join(folder, 'log'));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    host,
    tcp,
    folder,
    docker,
    dockerWith,
    clear,
    importBusybox: async (tag, ...changes) => {
      const archive = await busyboxArchive(folder);
      const all = ['CMD ["sleep", "600"]', ...changes];
      return docker('import', ...all.flatMap((line) => ['--change', line]), archive, tag);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Waits until the daemon responds; throws its log if it exits or after 30 s. */
async function waitForDaemon(host: string, child: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (Date.now() < end && child.exitCode === null) {
    try {
      (await connectDocker(dockerHost().parse(host), { timeoutMs: 1_000 }))[Symbol.dispose]();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`dockerd does not respond:\n${(await readFile(log, 'utf8')).slice(-2_000)}`);
}

/** Unmounts the network namespaces that containers on the host network leave behind. */
async function unmount(exec: string): Promise<void> {
  const spaces = join(exec, 'netns');
  for (const name of await readdir(spaces).catch(() => [])) {
    await execute('umount', [join(spaces, name)]).catch(() => {});
  }
}

async function busyboxArchive(folder: string): Promise<string> {
  const root = join(folder, 'busybox');
  const archive = join(folder, 'busybox.tar');
  await mkdir(join(root, 'bin'), { recursive: true });
  await mkdir(join(root, 'tmp'), { recursive: true });
  await cp(busybox.path ?? '', join(root, 'bin/busybox'), { dereference: true });
  for (const name of ['sh', 'sleep', 'true', 'false', 'echo', 'cat']) {
    await writeFile(
      join(root, 'bin', name),
      `#!/bin/busybox sh\nexec /bin/busybox ${name} "$@"\n`,
      {
        mode: 0o755,
      },
    );
  }
  await execute('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}
