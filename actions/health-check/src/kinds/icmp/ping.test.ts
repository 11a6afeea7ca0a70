import { describe, expect, test } from 'vitest';
import { parsePartialPing, parsePing, pingCommand } from './ping.ts';

const LINUX = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.030 ms
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=1.5 ms

--- 127.0.0.1 ping statistics ---
4 packets transmitted, 2 received, 50% packet loss, time 3060ms
rtt min/avg/max/mdev = 0.030/0.765/1.500/0.735 ms
`;
const LINUX_NO_ROUTE = `PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.
From 192.0.2.254 icmp_seq=1 Destination Host Unreachable

--- 192.0.2.1 ping statistics ---
3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2039ms
`;
const BUSYBOX = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.054 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.054/0.054/0.054 ms
`;
const MACOS = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: icmp_seq=0 ttl=64 time=0.063 ms
Request timeout for icmp_seq 1

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 1 packets received, 50.0% packet loss
round-trip min/avg/max/stddev = 0.063/0.063/0.063/0.000 ms
`;
const WINDOWS = `
Pinging 127.0.0.1 with 32 bytes of data:\r
Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r
Reply from 127.0.0.1: bytes=32 time=12ms TTL=128\r
Reply from 192.0.2.254: Destination host unreachable.\r
\r
Ping statistics for 127.0.0.1:\r
    Packets: Sent = 3, Received = 3, Lost = 0 (0% loss),\r
Approximate round trip times in milli-seconds:\r
    Minimum = 0ms, Maximum = 12ms, Average = 6ms\r
`;
const WINDOWS_GERMAN = `
Ping wird ausgeführt für ::1 mit 32 Bytes Daten:\r
Antwort von ::1: Zeit<1ms \r
Zeitüberschreitung der Anforderung.\r
\r
Ping-Statistik für ::1:\r
    Pakete: Gesendet = 2, Empfangen = 1, Verloren = 1\r
    (50% Verlust),\r
`;

describe('parses the output of', () => {
  test.each([
    ['iputils', LINUX, { sent: 4, received: 2, lossPercent: 50, roundTripMs: 1.5 }],
    ['iputils without a route', LINUX_NO_ROUTE, { sent: 3, received: 0, lossPercent: 100 }],
    ['busybox', BUSYBOX, { sent: 1, received: 1, lossPercent: 0, roundTripMs: 0.054 }],
    ['macOS', MACOS, { sent: 2, received: 1, lossPercent: 50, roundTripMs: 0.063 }],
    ['Windows', WINDOWS, { sent: 3, received: 2, lossPercent: 100 / 3, roundTripMs: 12 }],
    [
      'Windows in German',
      WINDOWS_GERMAN,
      { sent: 2, received: 1, lossPercent: 50, roundTripMs: 1 },
    ],
  ])('%s', (_, output, expected) => {
    expect(parsePing(output)).toEqual(expected);
  });

  test.each(['', 'ping: unknown host nowhere', 'PING 127.0.0.1'])(
    '%j, which has no summary',
    (output) => {
      expect(parsePing(output)).toBeUndefined();
    },
  );

  test('a ping that was stopped before its summary', () => {
    const part = LINUX.slice(0, LINUX.indexOf('\n\n'));
    expect(parsePartialPing(part, 3)).toMatchObject({ sent: 3, received: 2 });
    expect(parsePartialPing('', 3)).toEqual({ sent: 3, received: 0, lossPercent: 100 });
  });
});

test.each([
  ['linux', '192.0.2.1', 3, ['ping', '-n', '-c', '3', '-i', '0.2', '-W', '9', '192.0.2.1']],
  ['linux', '::1', 1, ['ping', '-n', '-c', '1', '-W', '9', '::1']],
  ['darwin', '192.0.2.1', 1, ['ping', '-n', '-c', '1', '-t', '9', '192.0.2.1']],
  ['darwin', '::1', 2, ['ping6', '-n', '-c', '2', '-i', '0.2', '::1']],
  ['win32', '::1', 2, ['ping', '-n', '2', '-w', '10000', '::1']],
] as const)('on %s for %s', (platform, address, count, argv) => {
  expect(pingCommand(address, { count, timeoutMs: 10_000 }, platform)).toEqual(argv);
});
