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

const WINDOWS_FRENCH = `
Envoi d'une requête 'Ping'  192.0.2.1 avec 32 octets de données :\r
Réponse de 192.0.2.1 : octets=32 temps=12 ms TTL=54\r
Délai d'attente de la demande dépassé.\r
Réponse de 192.0.2.254 : Impossible de joindre l'hôte de destination.\r
\r
Statistiques Ping pour 192.0.2.1:\r
    Paquets : envoyés = 3, reçus = 2, perdus = 1 (perte 33%),\r
Durée approximative des boucles en millisecondes :\r
    Minimum = 12ms, Maximum = 12ms, Moyenne = 12ms\r
`;
const WINDOWS_ITALIAN = `
Esecuzione di Ping 192.0.2.1 con 32 byte di dati:\r
Risposta da 192.0.2.1: byte=32 durata=12ms TTL=54\r
Richiesta scaduta.\r
\r
Statistiche Ping per 192.0.2.1:\r
    Pacchetti: Trasmessi = 2, Ricevuti = 1, \r
    Persi = 1 (50% persi),\r
`;
// Its code page is not UTF-8: the unit and the words are replacement characters.
const WINDOWS_RUSSIAN = `
����� ����������� � 192.0.2.1 � 32 ������� ������:\r
����� �� 192.0.2.1: ����� ����=32 �����=12�� TTL=54\r
����� �� 192.0.2.1: ����� ����=32 �����<1�� TTL=54\r
�ॢ�襭 ���ࢠ� �������� ��� �����.\r
\r
����⨪� Ping ��� 192.0.2.1:\r
    ����⮢: ��ࠢ���� = 3, ����祭� = 2, ����ﭮ = 1\r
    (33% �����)\r
`;
const WINDOWS_JAPANESE = `
192.0.2.1 に ping を送信しています 32 バイトのデータ:\r
192.0.2.1 からの応答: バイト数 =32 時間 =12ms TTL=54\r
192.0.2.1 からの応答: バイト数 =32 時間 <1ms TTL=54\r
\r
192.0.2.1 の ping 統計:\r
    パケット数: 送信 = 2、受信 = 2、損失 = 0 (0% の損失)、\r
ラウンド トリップの概算時間 (ミリ秒):\r
    最小 = 0ms、最大 = 12ms、平均 = 6ms\r
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
    [
      'Windows in French',
      WINDOWS_FRENCH,
      { sent: 3, received: 1, lossPercent: 200 / 3, roundTripMs: 12 },
    ],
    [
      'Windows in Italian',
      WINDOWS_ITALIAN,
      { sent: 2, received: 1, lossPercent: 50, roundTripMs: 12 },
    ],
    [
      'Windows in Russian',
      WINDOWS_RUSSIAN,
      { sent: 3, received: 2, lossPercent: 100 / 3, roundTripMs: 12 },
    ],
    [
      'Windows in Japanese',
      WINDOWS_JAPANESE,
      { sent: 2, received: 2, lossPercent: 0, roundTripMs: 12 },
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
    const stopped = { count: 3, ms: 1_000 };
    expect(parsePartialPing(part, stopped, 'linux')).toMatchObject({ sent: 3, received: 2 });
    expect(parsePartialPing('', stopped, 'linux')).toMatchObject({ sent: 3, received: 0 });
    // Those that were not sent are not lost.
    expect(parsePartialPing(part, { count: 100, ms: 450 }, 'linux')).toMatchObject({ sent: 2 });
    expect(parsePartialPing(WINDOWS, { count: 100, ms: 2_500 }, 'win32')).toMatchObject({
      sent: 2,
    });
    expect(parsePartialPing('', { count: 3, ms: 20 }, 'win32')).toEqual({
      sent: 1,
      received: 0,
      lossPercent: 100,
    });
  });
});

test.each([
  ['linux', '192.0.2.1', 3, ['ping', '-n', '-c', '3', '-i', '0.2', '-W', '9', '192.0.2.1']],
  ['linux', '::1', 1, ['ping', '-n', '-c', '1', '-W', '9', '::1']],
  ['darwin', '192.0.2.1', 1, ['ping', '-n', '-c', '1', '-t', '9', '192.0.2.1']],
  ['darwin', '::1', 2, ['ping6', '-n', '-c', '2', '-i', '0.2', '::1']],
  ['win32', '::1', 2, ['ping', '-n', '2', '-w', '5000', '::1']],
  ['win32', '::1', 12, ['ping', '-n', '10', '-w', '1000', '::1']],
] as const)('on %s for %s', (platform, address, count, argv) => {
  expect(pingCommand(address, { count, timeoutMs: 10_000 }, platform)).toEqual(argv);
});
