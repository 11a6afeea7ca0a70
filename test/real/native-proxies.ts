import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { accountFor } from './account.ts';
import { engine } from './engine.ts';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';

export const tinyproxy = engine('tinyproxy', 'apt-get install tinyproxy-bin');
export const microsocks = engine('microsocks', 'apt-get install microsocks');
export const dante = engine('danted', 'apt-get install dante-server');
export const squid = engine('squid', 'apt-get install squid');
export const stunnel = engine('stunnel4', 'apt-get install stunnel4');

/** A real proxy on the loopback interface. */
export interface NativeProxy extends AsyncDisposable {
  readonly port: number;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** HTTP, on 127.0.0.1 and ::1. */
export async function startTinyproxy(credentials?: Credentials): Promise<NativeProxy> {
  const port = await freePort();
  return withFolder(async (folder) => {
    const config = join(folder, 'tinyproxy.conf');
    await writeFile(
      config,
      [
        `Port ${port}`,
        'Listen 127.0.0.1',
        'Listen ::1',
        'Timeout 60',
        'MaxClients 100',
        'LogLevel Error',
        ...(credentials ? [`BasicAuth ${credentials.user} ${credentials.password}`] : []),
        '',
      ].join('\n'),
    );
    return { port, path: tinyproxy.path, args: ['-d', '-c', config] };
  });
}

/** SOCKS5. */
export async function startMicrosocks(
  credentials?: Credentials,
  host = '127.0.0.1',
): Promise<NativeProxy> {
  const port = await freePort();
  const login = credentials ? ['-u', credentials.user, '-P', credentials.password] : [];
  const args = ['-i', host, '-p', String(port), ...login];
  return withFolder(async () => ({ port, host, path: microsocks.path, args }));
}

/** SOCKS4, SOCKS4a and SOCKS5. */
export async function startDante(): Promise<NativeProxy> {
  const port = await freePort();
  return withFolder(async (folder) => {
    const config = join(folder, 'danted.conf');
    await writeFile(
      config,
      `errorlog: stderr
internal: 127.0.0.1 port = ${port}
external: lo
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 protocol: tcp }
socks pass { from: 127.0.0.0/8 to: ::/0 protocol: tcp }
`,
    );
    return { port, path: dante.path, args: ['-f', config, '-p', join(folder, 'pid')] };
  });
}

/** HTTP, with or without an account. */
export async function startSquid(credentials?: Credentials): Promise<NativeProxy> {
  const port = await freePort();
  return withFolder(async (folder) => {
    const passwords = join(folder, 'passwords');
    const config = join(folder, 'squid.conf');
    if (credentials) {
      const hash = execFileSync('openssl', ['passwd', '-apr1', credentials.password]);
      await writeFile(passwords, `${credentials.user}:${hash}`);
    }
    await writeFile(
      config,
      `http_port 127.0.0.1:${port}
${
  credentials
    ? `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${passwords}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all`
    : 'http_access allow all'
}
cache deny all
cache_mem 8 MB
access_log none
cache_log ${folder}/cache.log
pid_filename none
shutdown_lifetime 0 seconds
visible_hostname localhost
`,
    );
    await chmod(folder, 0o755);
    const account = await accountFor('proxy', folder);
    return { port, path: squid.path, args: ['-N', '-f', config], account };
  });
}

/** TLS in front of another proxy. */
export async function startStunnel(to: number): Promise<NativeProxy> {
  const port = await freePort();
  const { good } = certificates();
  return withFolder(async (folder) => {
    const config = join(folder, 'stunnel.conf');
    await writeFile(
      config,
      `foreground = yes
pid =
[proxy]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${to}
cert = ${good.certFile}
key = ${good.keyFile}
`,
    );
    return { port, path: stunnel.path, args: [config] };
  });
}

interface Prepared {
  readonly port: number;
  readonly host?: string;
  readonly path: string | undefined;
  readonly args: readonly string[];
  readonly account?: object;
}

async function withFolder(prepare: (folder: string) => Promise<Prepared>): Promise<NativeProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  const { port, host = '127.0.0.1', path, args, account = {} } = await prepare(folder);
  const server = await startServer(path ?? '', args, { ready: { host, port }, ...account });
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
