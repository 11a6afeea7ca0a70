import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hang } from '@repo/testkit/faults/breaks';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

/** Runs the bundle, by default with one attempt. */
function check(inputs: Readonly<Record<string, string>>, options: Partial<RunActionOptions> = {}) {
  return runAction({ action, with: { 'max-attempts': '1', ...inputs }, ...options });
}

const SCHEMES = ['redis', 'postgres', 'mysql', 'grpc', 'ws'];

describe('a server that violates the protocol is unhealthy, in time and with a reason', () => {
  test.each(SCHEMES)('%s: no response', async (scheme) => {
    await using server = await startTcpServer({ script: hang() });
    await using result = await check({
      url: `${scheme}://127.0.0.1:${server.port}`,
      timeout: '100ms',
    });
    expect(result.outputs.status).toBe('unhealthy');
    expect(result.outputs.message).toMatch(/timed out after \d+ms while /);
  });

  test.each(SCHEMES)('%s: garbage, a close, a flood', async (scheme) => {
    const scripts = {
      text: banner('220 mail.example ready\r\n::error::x\r\n'),
      noise: ({ socket }: { socket: NodeJS.WritableStream }) => void socket.write(NOISE),
      close: ({ socket }: { socket: NodeJS.WritableStream }) => void socket.end(),
      flood: ({ socket }: { socket: NodeJS.WritableStream }) => void socket.write(FLOOD),
    };
    for (const [name, script] of Object.entries(scripts)) {
      await using server = await startTcpServer({ script });
      await using result = await check({
        url: `${scheme}://127.0.0.1:${server.port}`,
        timeout: '500ms',
      });
      const seen = `${name}: ${result.outputs.message}`;
      expect(result.outputs.status, seen).toBe('unhealthy');
      expect(result.stdout + result.stderr, seen).not.toMatch(/\bat .*\.js:\d+|^::error::x/m);
    }
  });

  // The same in each run.
  const NOISE = Buffer.concat(
    Array.from({ length: 60 }, (_, index) => createHash('sha512').update(`${index}`).digest()),
  );
  // The start of an endless response in each protocol.
  const FLOOD = Buffer.alloc(3_000_000, '$');
});

test('a cancel ends a hanging login', async () => {
  await using server = await startTcpServer({ script: hang() });
  await using result = await check(
    { url: `postgres://user:s3cr3t@127.0.0.1:${server.port}/db`, timeout: '1m', deadline: '5m' },
    { cancel: { when: /Checking/ } },
  );
  expect(result.outputs.status).toBe('unknown');
  expect(everythingWritten(result)).not.toContain('s3cr3t');
});

test('reports invalid URLs and options with a remedy and without passwords', async () => {
  await using result = await check({
    checks: `
      - name: a
        postgres: {url: "postgres://u:s3cr3t-1@h/db?sslmode=sometimes"}
      - name: b
        mysql: {url: "postgres://u:s3cr3t-2@h/db"}
      - name: c
        redis: {url: "redis://u:s3cr3t-3@h:port"}
      - name: d
        postgres: {host: db, query: select 1}
      - name: e
        mysql: {host: db, password: s3cr3t-4}
      - name: f
        postgres: {url: "postgres://h", host: h}
      - name: g
        dns: {name: "a..b", type: A}
      - name: h
        dns: {name: example.com, type: ANY}
      - name: i
        grpc: {address: localhost}
      - name: j
        websocket: {url: "https://u:s3cr3t-5@h"}
      - name: k
        unix: {socket: app.sock}
      - name: l
        redis: {host: h, tls: prefer}
      - name: m
        websocket: {url: "ws://h", headers: {"Bad name": x}}
      - name: n
        redis: {host: h, command: "get 'a"}`,
  });
  expect(result.exitCode).toBe(1);
  const [{ message } = { message: '' }] = result.annotations;
  expect(message).toContain('14 invalid inputs');
  for (const remedy of [
    'has an unsupported sslmode in its url',
    'has a url with another scheme',
    'has an invalid url',
    'has a query but no user',
    'has a password but no user',
    'has url and options that are part of it',
    'has an invalid domain name',
    'CAA',
    'Write address: example.com:50051',
    'Write wss://example.com/path',
    'Write an absolute path',
    'does not support tls: prefer',
    'has a name that HTTP does not allow',
    'Close each quote',
  ]) {
    expect(message).toContain(remedy);
  }
  expect(everythingWritten(result)).not.toContain('s3cr3t');

  await using urls = await check({
    url: ['redis:///0', 'dns:///', 'icmp://', 'grpc://h', 'ws://'].join('\n'),
  });
  expect(urls.annotations[0]?.message).toMatch(/has no host[\s\S]*has no port/);
  await using mode = await check({ url: 'postgres://u:s3cr3t-6@127.0.0.1/db?sslmode=maybe' });
  expect(mode.annotations[0]?.message).toContain('has an unsupported sslmode in its url');
  expect(everythingWritten(mode)).not.toContain('s3cr3t');
});

describe.skipIf(process.platform === 'win32')('ping', () => {
  test('without replies, ping is unhealthy; expectations judge a partial loss', async () => {
    await using tools = await fakeTools({ ping: printing(LOST) });
    await using none = await check({ url: 'icmp://127.0.0.1' }, { env: tools.env });
    expect(none.outputs.status).toBe('unhealthy');
    expect(none.outputs.message).toContain('no ping was answered');
    await using some = await fakeTools({ ping: printing(SOME) });
    await using result = await check(
      {
        checks: `
          - name: loss
            icmp: {host: 127.0.0.1, count: 4}
            expect: received == 3 && lossPercent == 25.0 && latency == duration('200us')
            degraded: lossPercent > 0.0`,
      },
      { env: some.env },
    );
    expect(result.outputs.status).toBe('degraded');
  });

  test('without the program or its permission, ping is unknown', async () => {
    await using nothing = await fakeTools({});
    await using absent = await check(
      { url: 'icmp://127.0.0.1', 'max-attempts': '3' },
      { env: { PATH: nothing.folder } },
    );
    expect(absent.exitCode).toBe(1);
    expect(absent.outputs).toMatchObject({ status: 'unknown', attempts: '1' });
    expect(absent.outputs.message).toContain('ping is not installed here (ENOENT)');
    await using tools = await fakeTools({
      ping: 'echo "ping: socktype: SOCK_RAW: Operation not permitted" >&2; exit 2',
    });
    await using forbidden = await check({ url: 'icmp://127.0.0.1' }, { env: tools.env });
    expect(forbidden.outputs.status).toBe('unknown');
    expect(forbidden.outputs.message).toContain('Operation not permitted');
  });

  test('a hanging ping is stopped at the timeout', async () => {
    await using tools = await fakeTools({ ping: `${printing(SOME_LINES)}\nexec sleep 60` });
    await using result = await check(
      { url: 'icmp://127.0.0.1', timeout: '300ms', expect: 'received == 1' },
      { env: tools.env },
    );
    expect(result.outputs.message).toContain('is healthy');
  });
});

describe.skipIf(process.platform === 'win32')('tailscale', () => {
  test('uses the socket of tailscaled', async () => {
    await using daemon = await fakeTailscaled(RUNNING);
    const checks = `
      - name: online
        tailscale: {socket: ${daemon.socket}}
      - name: peers
        tailscale: {socket: ${daemon.socket}}
        expect:
          - online && size(peers) == 2
          - peers.exists(p, p.name == 'db' && p.online && p.addresses[0] == '100.64.0.2')
          - peers.exists(p, p.name == 'old' && !p.online)`;
    await using result = await check({ checks });
    expect(result.outputs.message).toBe('All 2 checks are healthy');
    expect(daemon.requests).toContainEqual(['local-tailscaled.sock', '/localapi/v0/status']);
    expect(daemon.requests).toContainEqual([
      'local-tailscaled.sock',
      '/localapi/v0/status?peers=false',
    ]);
  });

  test('a disconnected machine is unhealthy, with the state', async () => {
    await using daemon = await fakeTailscaled({ BackendState: 'NeedsLogin', Self: {}, Peer: null });
    await using result = await check({
      checks: `[{name: tailnet, tailscale: {socket: ${daemon.socket}}}]`,
    });
    expect(result.outputs.status).toBe('unhealthy');
    expect(result.outputs.message).toContain('not online in its tailnet (NeedsLogin)');
  });

  test('without a socket, uses the program; without both, the result is unknown', async () => {
    const checks = '[{name: tailnet, tailscale: {socket: /nowhere/tailscaled.sock}}]';
    await using tools = await fakeTools({ tailscale: printing(JSON.stringify(RUNNING)) });
    await using program = await check({ checks }, { env: tools.env });
    expect(program.outputs.status).toBe('healthy');
    await using nothing = await fakeTools({});
    await using absent = await check({ checks }, { env: { PATH: nothing.folder } });
    expect(absent.exitCode).toBe(1);
    expect(absent.outputs.status).toBe('unknown');
    expect(absent.outputs.message).toMatch(
      /\/nowhere\/tailscaled\.sock.*tailscale is not installed/,
    );
    await using stopped = await fakeTools({ tailscale: 'echo failed to connect >&2; exit 1' });
    await using down = await check({ checks }, { env: stopped.env });
    expect(down.outputs.status).toBe('unknown');
    expect(down.outputs.message).toContain('tailscale status failed: failed to connect');
  });
});

const SOME_LINES = '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.100 ms';
const LOST = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 0 received, 100% packet loss, time 2043ms
`;
const SOME = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
${SOME_LINES}
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.200 ms
64 bytes from 127.0.0.1: icmp_seq=4 ttl=64 time=0.300 ms

--- 127.0.0.1 ping statistics ---
4 packets transmitted, 3 received, 25% packet loss, time 3072ms
rtt min/avg/max/mdev = 0.100/0.200/0.300/0.081 ms
`;

/** A status as in `ipn/ipnstate` of Tailscale. */
const RUNNING = {
  Version: '1.82.0-t1234',
  TUN: true,
  BackendState: 'Running',
  HaveNodeKey: true,
  AuthURL: '',
  TailscaleIPs: ['100.64.0.1'],
  Self: { HostName: 'runner', DNSName: 'runner.tail1.ts.net.', Online: true },
  MagicDNSSuffix: 'tail1.ts.net',
  Peer: {
    'nodekey:1': {
      HostName: 'db-1',
      DNSName: 'db.tail1.ts.net.',
      OS: 'linux',
      TailscaleIPs: ['100.64.0.2', 'fd7a:115c:a1e0::2'],
      Online: true,
    },
    'nodekey:2': { HostName: 'old', DNSName: '', OS: 'linux', TailscaleIPs: null, Online: false },
  },
};

/** A shell script that prints a text. */
function printing(text: string): string {
  return `cat <<'END'\n${text}\nEND`;
}

/** Fake programs that take precedence over those of the system. */
async function fakeTools(scripts: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'tools-'));
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return {
    folder,
    env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function fakeTailscaled(status: Readonly<Record<string, unknown>>) {
  const folder = await mkdtemp(join(tmpdir(), 'tailscaled-'));
  await mkdir(join(folder, 'run'));
  const socket = join(folder, 'run', 'tailscaled.sock');
  const requests: (readonly [string | undefined, string | undefined])[] = [];
  const server = createServer(({ url = '', headers }: IncomingMessage, response) => {
    requests.push([headers.host, url]);
    const { Peer, ...rest } = status;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(url.includes('peers=false') ? rest : { ...rest, Peer }));
  }).listen(socket);
  await once(server, 'listening');
  return {
    socket,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
