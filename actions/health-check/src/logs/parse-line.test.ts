import { describe, expect, test } from 'vitest';
import { parseLine } from './parse-line.ts';

describe('the level is a separate field', () => {
  test.each([
    ['ERROR disk', 'ERROR'],
    ['[ERROR] disk', 'ERROR'],
    ['error: disk', 'ERROR'],
    ['2026-11-20 18:16:48 WARN disk', 'WARNING'],
    ['2026-11-20T18:16:48.123Z\terror\tmain.go:7\tno', 'ERROR'],
    ['2026-11-20 18:16:48 [pool-1] [main] INFO no', 'INFO'],
    ['2026-11-20 18:16:46,587 src.app ERROR no', 'ERROR'],
    ['2026-11-20 18:16:46,587 - src.app - ERROR - no', 'ERROR'],
    ['2026-11-20 18:16:46 server: FATAL: no', 'CRITICAL'],
    ['18:16:46.587 [main] DEBUG x', 'DEBUG'],
    ['Nov  2 18:16:46 host app[1]: [warn] x', 'WARNING'],
    ['<12>Nov 20 18:16:46 host app: x', 'WARNING'],
    ['level=WARN msg=x', 'WARNING'],
    ['{"level":"panic"}', 'CRITICAL'],
    ['{"level":20,"msg":"x"}', 'DEBUG'],
    ['[Fri Nov 20 18:16:46 2026] [error] [client ::1] x', 'ERROR'],
    ['2026/11/20 18:16:48 [crit] 1#2: *3 x', 'CRITICAL'],
  ])('%s', (line, level) => {
    expect(parseLine(line)?.level).toBe(level);
  });

  test.each([
    'an ERROR in a sentence',
    '2026-11-20 18:16:48 Got ERROR from upstream',
    'ERRORS were found',
    'Information about it',
    'Fatal attraction',
    'key=value and more words',
    '{"not": "a record"}',
    '{"level":"error"',
    '127.0.0.1 - - [yesterday] "GET / HTTP/1.1" 200 1',
    '192.0.2.1 - - [20/Nov/2026:18:16:48 +0000] "GET / HTTP/1.1" 2000 1',
    '',
  ])('finds no level in: %s', (line) => {
    expect(parseLine(line)?.level).toBeUndefined();
    expect(parseLine(line)?.request).toBeUndefined();
  });

  test('an INFO record about a failure is not an error', () => {
    expect(parseLine('2026-11-20 18:16:46,587 - db - INFO - failed over, ERROR gone')).toEqual({
      level: 'INFO',
      at: '2026-11-20 18:16:46,587',
      logger: 'db',
      message: 'failed over, ERROR gone',
    });
  });
});

test('the request of the client is not part of the message', () => {
  const line =
    '2026/11/20 18:16:48 [error] 1#2: *3 open() "/x" failed, client: ::1, server: , request: "GET /x HTTP/1.1", host: "auth.example"';
  expect(parseLine(line)?.message).toBe('*3 open() "/x" failed');
});

describe('requests', () => {
  test.each([
    ['1.2.3.4 - - [20/Nov/2026:18:16:48 +0000] "GET /a?b HTTP/2.0" 200 1 "-" "x" 0.250', 250],
    ['1.2.3.4 - - [20/Nov/2026:18:16:48 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" rt=0.25 u=9', 250],
    ['1.2.3.4 - - [20/Nov/2026:18:16:48 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" 12.5ms', 12.5],
    ['1.2.3.4 - - [20/Nov/2026:18:16:48 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" 1500us', 1.5],
    ['1.2.3.4 - - [20/Nov/2026:18:16:48 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" 1500', undefined],
    ['method=GET path=/a?b status=200 remote_ip=1.2.3.4 duration=12ms', 12],
    ['{"method":"get","url":"/a?b","status":200,"ip":"1.2.3.4","duration_ms":7}', 7],
  ])('%s', (line, latencyMs) => {
    expect(parseLine(line)?.request).toEqual({
      client: '1.2.3.4',
      method: 'GET',
      path: '/a',
      status: 200,
      ...(latencyMs !== undefined && { latencyMs }),
    });
  });

  test('parses IPv6 clients, users with spaces and virtual hosts', () => {
    const rest = '[20/Nov/2026:18:16:48 +0000] "GET / HTTP/1.1" 200 1';
    for (const [prefix, client] of [
      ['::1 - -', '::1'],
      ['192.0.2.1 - first last', '192.0.2.1'],
      ['shop.example:443 192.0.2.1 - -', '192.0.2.1'],
      ['shop.example:443 2001:db8::1 - frank', '2001:db8::1'],
    ]) {
      expect(parseLine(`${prefix} ${rest}`)?.request?.client, prefix).toBe(client);
    }
  });
});
