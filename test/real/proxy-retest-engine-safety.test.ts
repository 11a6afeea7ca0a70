import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { certificates } from '@repo/testkit/certificates/certificates';
import { blackhole } from '@repo/testkit/faults/unreachable';
import { describe, expect, it } from 'vitest';
import { createSingBox as engineOf } from '../../actions/proxy-retest/src/engine/sing-box.ts';
import { renderSingBox } from '../../actions/proxy-retest/src/publish/sing-box.ts';
import { sampleForEngine } from '../../actions/proxy-retest/src/testing/arbitrary-endpoints.ts';
import { earlierSingBoxes, singBox } from './proxy-engines.ts';
import { startTrojan } from './proxy-servers.ts';
import { startTargets } from './proxy-targets.ts';
import { retestLinks } from './retest-links.ts';
import { runToEnd } from './server-process.ts';

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';
const pem = certificates();
const SHORT = {
  attempts: '1',
  'connect-timeout': '2s',
  'handshake-timeout': '2s',
  'first-byte-timeout': '2s',
  'ca-file': pem.ca.certFile,
};

describe.skipIf(singBox.path === undefined)(`the engine of proxy-retest ${singBox.needs}`, () => {
  const path = singBox.path ?? '';

  for (const { name, path: program = '', needs } of [singBox, ...earlierSingBoxes]) {
    it.skipIf(program === '')(
      `${name} accepts every endpoint that the parser accepts ${needs}`,
      async () => {
        const { signal } = new AbortController();
        const engine = await engineOf(
          { path: program, environment: {} },
          { exec, caFile: '', signal },
        );
        const all = sampleForEngine(400, 7);
        const session = await engine.open(all, {
          findAddress: () => ({ ok: true, address: '192.0.2.1' }),
          connectTimeoutMs: 1_000,
          signal,
        });
        try {
          const routes = await Promise.all(all.map((_, index) => session.route(index)));
          const refused = routes.flatMap((route) =>
            route.kind === 'ready' ? [] : [route.failure],
          );
          expect(refused).toEqual([]);
        } finally {
          await session.close();
        }
      },
    );
  }

  it('accepts the extra file sing-box as a configuration', async () => {
    const all = sampleForEngine(100, 8);
    const { text } = renderSingBox(all.map((endpoint) => ({ endpoint, remarks: 'the same' })));
    const folder = await mkdtemp(join(tmpdir(), 'sing-box-'));
    try {
      await writeFile(join(folder, 'out.json'), text);
      await runToEnd(path, ['check', '-c', join(folder, 'out.json')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('excludes one invalid endpoint of 500 with the reason', async () => {
    await using targets = await startTargets('https');
    // The engine rejects this path.
    const bad = `vless://${ID}@127.0.0.1:1?type=ws&path=%2F%25zz`;
    const links = Array.from(
      { length: 499 },
      (_, index) => `trojan://secret${index}@127.0.0.1:1#n${index}`,
    );
    links.splice(250, 0, bad);
    const found = await retestLinks(links, {
      ...SHORT,
      'engine-path': path,
      targets: targets.ports.map((port) => `https://localhost:${port}/`).join('\n'),
    });
    expect(found.run.outputs, found.run.log).toMatchObject({
      tested: '499',
      skipped: '1',
      inconclusive: '0',
    });
    expect(links.filter((link) => link !== bad).map(found.of)).toEqual(
      Array(499).fill('tcp refused'),
    );
    expect(found.run.summary).toMatch(/config\\?-invalid.*invalid URL escape/);
  });

  it('receives and dials only public addresses', async () => {
    await using targets = await startTargets('https');
    let dialled = 0;
    const inside = createServer((socket) => {
      dialled++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const { port } = inside.address() as { readonly port: number };
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '10.0.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '0.0.0.0',
    ];
    try {
      const found = await retestLinks(
        hosts.flatMap((host) => [
          `vless://${ID}@${host}:${port}`,
          `hy2://secret@${host}:${port}?insecure=1`,
        ]),
        {
          ...SHORT,
          'allow-private': 'false',
          'engine-path': path,
          targets: targets.ports.map((target) => `https://localhost:${target}/`).join('\n'),
        },
      );
      expect(found.run.outputs, found.run.log).toMatchObject({
        tested: '0',
        skipped: `${2 * hosts.length}`,
      });
      expect(dialled).toBe(0);
    } finally {
      inside.close();
    }
  });

  it('stops all processes when the run is cancelled', async () => {
    await using targets = await startTargets('https');
    await using hole = await blackhole();
    const folder = await mkdtemp(join(tmpdir(), 'engine-'));
    try {
      const program = join(folder, 'sing-box-of-this-test');
      await symlink(path, program);
      const links = Array.from(
        { length: 50 },
        (_, index) => `trojan://secret${index}@127.0.0.1:${hole.port}`,
      );
      const found = await retestLinks(
        links,
        {
          'ca-file': pem.ca.certFile,
          'engine-path': program,
          targets: targets.ports.map((port) => `https://localhost:${port}/`).join('\n'),
        },
        { cancel: { when: /Using .*sing-box/ } },
      );
      expect(found.run.outputs['stop-reason'], found.run.log).toBe('cancelled');
      expect(await processesOf(program)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('restarts after a kill and does not blame the running tests', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'engine-'));
    const program = join(folder, 'sing-box-of-this-test');
    await symlink(path, program);
    const { signal } = new AbortController();
    const engine = await engineOf({ path: program, environment: {} }, { exec, caFile: '', signal });
    const session = await engine.open(sampleForEngine(20, 9), {
      findAddress: () => ({ ok: true, address: '127.0.0.1' }),
      connectTimeoutMs: 1_000,
      signal,
    });
    const localProxy = async (index: number) => {
      const route = await session.route(index);
      if (route.kind !== 'ready') throw new Error(route.failure.message);
      return route.via;
    };
    try {
      const via = await localProxy(0);
      for (const id of await processesOf(program)) process.kill(id, 'SIGKILL');
      const failure = await session.explain({
        index: 0,
        via,
        startedAt: 0,
        observed: { phase: 'tls', kind: 'reset', message: 'connection reset' },
        firstAnswerIn: 'tls',
      });
      expect(failure).toMatchObject({ kind: 'engine' });
      expect((await localProxy(0)).port).not.toBe(via.port);
      expect((await localProxy(19)).user).toBe('p19');
    } finally {
      await session.close();
      expect(await processesOf(program)).toEqual([]);
      await rm(folder, { recursive: true });
    }
  });

  it('verifies the certificate of the proxy unless the link disables it', async () => {
    await using targets = await startTargets('https');
    const servers = {
      good: await startTrojan(pem.good),
      expired: await startTrojan(pem.expired),
      wrongName: await startTrojan(pem.wrongName),
      untrusted: await startTrojan(pem.untrustedChain),
    };
    const strict = (port: number) => `trojan://secret@127.0.0.1:${port}?sni=localhost`;
    const lax = (port: number) => `${strict(port)}&allowInsecure=1`;
    const ports = Object.values(servers).map(({ port }) => port);
    try {
      const found = await retestLinks([...ports.map(strict), ...ports.map(lax)], {
        ...SHORT,
        'engine-path': path,
        targets: targets.ports.map((port) => `https://localhost:${port}/`).join('\n'),
      });
      expect(ports.map(strict).map(found.of), found.run.log).toEqual([
        'alive',
        'proxy-tls proxy-certificate',
        'proxy-tls proxy-certificate',
        'proxy-tls proxy-certificate',
      ]);
      expect(ports.map(lax).map(found.of)).toEqual(Array(4).fill('alive'));
    } finally {
      for (const server of Object.values(servers)) await server.stop();
    }
  });

  it('explains other failures of the server', async () => {
    await using targets = await startTargets('https');
    const sockets = new Set<Socket>();
    const listen = async (answer: (socket: Socket) => void) => {
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        answer(socket);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { server, port: (server.address() as { readonly port: number }).port };
    };
    const noTls = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const closes = await listen((socket) => socket.once('data', () => socket.destroy()));
    const noUpgrade = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')),
    );
    await using hole = await blackhole();
    const cases = {
      [`trojan://secret@127.0.0.1:${noTls.port}?allowInsecure=1`]:
        /^proxy-tls (protocol|tls-failed)$/,
      [`trojan://secret@127.0.0.1:${closes.port}?allowInsecure=1`]:
        /^(proxy-tls closed|proxy (reset|proxy-refused))$/,
      [`vless://${ID}@127.0.0.1:${noUpgrade.port}?type=ws&path=/x`]:
        /^proxy (protocol|proxy-refused)$/,
      [`trojan://secret@127.0.0.1:${hole.port}?allowInsecure=1`]: /^tcp timeout$/,
    };
    try {
      const found = await retestLinks(Object.keys(cases), {
        ...SHORT,
        'engine-path': path,
        targets: targets.ports.map((port) => `https://localhost:${port}/`).join('\n'),
      });
      for (const [link, expected] of Object.entries(cases)) {
        expect(found.of(link), link).toMatch(expected);
      }
    } finally {
      for (const socket of sockets) socket.destroy();
      for (const { server } of [noTls, closes, noUpgrade]) server.close();
    }
  });
});

/** The IDs of processes by their command line. */
async function processesOf(program: string): Promise<number[]> {
  const found: number[] = [];
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith(program)) found.push(Number(id));
  }
  return found;
}
