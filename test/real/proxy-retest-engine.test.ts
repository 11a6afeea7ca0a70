import { certificates } from '@repo/testkit/certificates/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { earlierSingBoxes, singBox } from './proxy-engines.ts';
import { type ProxyServer, SERVER_KINDS, WIREGUARD_SERVER } from './proxy-servers.ts';
import { startTargets, type Targets } from './proxy-targets.ts';
import { type Relay, startRelay } from './relay.ts';
import { type Retested, retestLinks } from './retest-links.ts';
import { startUdpRelay } from './udp-relay.ts';

const missing = [singBox, ...SERVER_KINDS.map(({ server }) => server)].find(
  ({ path }) => path === undefined,
);

/** A reserved port: a free port may be in use a moment later. */
const CLOSED_PORT = 1;
/** The one-way delay of slow servers, in milliseconds. */
const SLOW_MS = 600;
const INPUTS = {
  // Long enough for slow servers on a busy machine; silent servers take all of it once.
  attempts: '1',
  'handshake-timeout': '6s',
  'connect-timeout': '3s',
  'first-byte-timeout': '6s',
  'total-timeout': '20s',
  'max-latency': '1500ms',
  'ca-file': certificates().ca.certFile,
};

/** The failures of protocols that do not report invalid credentials. */
const CLOSES = /^proxy proxy-refused$/;
const KEEPS_SILENT = /^proxy timeout$/;
/** The failures of servers that do not answer. */
const EITHER = /^proxy (proxy-refused|timeout)$/;
const SAYS_SO = /^proxy auth$/;
const REFUSED = /^tcp refused$/;
const TOO_SLOW = /^first-byte too-slow$/;

interface Expected {
  readonly slow?: RegExp;
  /** With invalid credentials. */
  readonly wrong: RegExp;
  /** At a closed port. */
  readonly dead: RegExp;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  Shadowsocks: { wrong: EITHER, dead: REFUSED },
  'Shadowsocks 2022': { wrong: CLOSES, dead: REFUSED },
  'VMess over TCP': { wrong: EITHER, dead: REFUSED },
  'VMess over WebSocket': { wrong: EITHER, dead: REFUSED },
  'VLESS over TCP with TLS': { wrong: CLOSES, dead: REFUSED },
  'VLESS over WebSocket': { wrong: CLOSES, dead: REFUSED },
  'VLESS over WebSocket with early data': { wrong: CLOSES, dead: REFUSED },
  'VLESS over gRPC': { wrong: CLOSES, dead: REFUSED },
  'VLESS with reality': { wrong: SAYS_SO, dead: REFUSED },
  Trojan: { wrong: CLOSES, dead: REFUSED },
  Hysteria2: { wrong: SAYS_SO, dead: REFUSED },
  TUIC: { wrong: CLOSES, dead: REFUSED },
  // The server does not answer unknown clients.
  // A late handshake is repeated after 5 s.
  WireGuard: {
    wrong: KEEPS_SILENT,
    dead: KEEPS_SILENT,
    slow: /^(first-byte too-slow|proxy timeout)$/,
  },
};
const OVER_UDP = ['Hysteria2', 'TUIC', 'WireGuard'];

interface Cases {
  readonly alive: string;
  readonly wrong: string;
  readonly dead: string;
  readonly slow: string;
}

describe.skipIf(missing !== undefined)(
  `proxy-retest through an engine ${missing?.needs ?? ''}`,
  () => {
    const servers: ProxyServer[] = [];
    const relays: Relay[] = [];
    const cases = new Map<string, Cases>();
    let secure: Targets;
    let plain: Targets;

    beforeAll(async () => {
      secure = await startTargets('https');
      plain = await startTargets('http');
      for (const kind of SERVER_KINDS) {
        const server = await kind.start(secure.ports[0] ?? 0);
        servers.push(server);
        const relay = OVER_UDP.includes(kind.name)
          ? await startUdpRelay(server.port, SLOW_MS)
          : await startRelay(server.port, SLOW_MS);
        relays.push(relay);
        const at = (port: number) => atPort(server.link, server.port, port);
        cases.set(kind.name, {
          alive: server.link,
          wrong: server.wrong,
          dead: at(CLOSED_PORT),
          slow: at(relay.port),
        });
      }
    }, 60_000);

    afterAll(async () => {
      for (const server of servers) await server.stop();
      for (const relay of relays) await relay[Symbol.asyncDispose]();
      await secure[Symbol.asyncDispose]();
      await plain[Symbol.asyncDispose]();
    });

    for (const { name: program, path, needs } of [singBox, ...earlierSingBoxes]) {
      describe.skipIf(path === undefined)(`${program} ${needs}`, () => {
        const names = SERVER_KINDS.map(({ name }) => name).filter((name) => name !== 'WireGuard');
        let found: Retested;

        beforeAll(async () => {
          found = await retestLinks(
            names.flatMap((name) => Object.values(casesOf(name))),
            {
              ...INPUTS,
              'engine-path': path ?? '',
              targets: secure.ports.map((port) => `https://localhost:${port}/`).join('\n'),
            },
          );
        }, 60_000);

        it.each(names)('%s: alive, wrong credentials, dead and slow', (name) => {
          expectAll(found, casesOf(name), EXPECTED[name]);
        });

        it('does not reveal links and credentials', () => {
          const texts = [
            found.run.log,
            found.run.summary,
            JSON.stringify(found.run.outputs),
          ].join();
          for (const name of names) {
            for (const link of Object.values(casesOf(name))) {
              expect(texts).not.toContain(link);
              expect(texts).not.toContain(new URL(link).username || link);
            }
          }
        });
      });
    }

    for (const { name: program, path, needs } of earlierSingBoxes) {
      it.skipIf(path === undefined)(
        `WireGuard by ${program}: alive, wrong key, dead and slow ${needs}`,
        async () => {
          const found = await retestLinks(Object.values(casesOf('WireGuard')), {
            ...INPUTS,
            'engine-path': path ?? '',
            // Only inside the tunnel.
            'check-targets': 'false',
            targets: plain.ports.map((port) => `http://${WIREGUARD_SERVER}:${port}/`).join('\n'),
          });
          expectAll(found, casesOf('WireGuard'), EXPECTED.WireGuard);
        },
      );
    }

    function casesOf(name: string): Cases {
      const found = cases.get(name);
      if (!found) throw new Error(`no server for ${name}`);
      return found;
    }
  },
);

function expectAll(found: Retested, cases: Cases, expected: Expected | undefined): void {
  if (!expected) throw new Error('no result is expected');
  expect(found.of(cases.alive), found.run.log).toBe('alive');
  expect(found.of(cases.wrong)).toMatch(expected.wrong);
  expect(found.of(cases.dead)).toMatch(expected.dead);
  expect(found.of(cases.slow)).toMatch(expected.slow ?? TOO_SLOW);
}

/** Replaces the port of a link; VMess encodes it in base64. */
function atPort(link: string, from: number, to: number): string {
  if (!link.startsWith('vmess://')) return link.replace(`:${from}`, `:${to}`);
  const json = Buffer.from(link.slice('vmess://'.length), 'base64').toString('utf8');
  return `vmess://${Buffer.from(json.replace(`${from}`, `${to}`)).toString('base64')}`;
}
