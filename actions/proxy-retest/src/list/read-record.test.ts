import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PublishedStatus, type ReadRecord, readJsonRecord, readLine } from './read-record.ts';

/** The bytes of a text as the scanners hand them on, a character a byte. */
const bytesOf = (text: string) => Buffer.from(text).toString('latin1');
const json = (value: unknown) => readJsonRecord(bytesOf(JSON.stringify(value)));
const line = (text: string) => readLine(bytesOf(text), 'socks5');

function endpoint(record: ReadRecord): Extract<ReadRecord, { kind: 'endpoint' }> {
  if (record.kind !== 'endpoint') throw new Error(`no endpoint: ${JSON.stringify(record)}`);
  return record;
}

const LINK = { config: 'http://192.0.2.1:8080#from the link' };
const HOST = { protocol: 'socks5', host: '192.0.2.1', port: 1080 };

describe('a line', () => {
  test.each([
    ['192.0.2.1:80', 'socks5', '192.0.2.1', 80, '', ''],
    ['proxy.example:80 fast one', 'socks5', 'proxy.example', 80, '', ''],
    ['192.0.2.1:80:me:s3cret', 'socks5', '192.0.2.1', 80, 'me', 's3cret'],
    ['me:s3cret@192.0.2.1:80', 'socks5', '192.0.2.1', 80, 'me', 's3cret'],
    ['192.0.2.1:80:m%e:#/?', 'socks5', '192.0.2.1', 80, 'm%e', '#/?'],
    ['[2001:DB8::1]:80', 'socks5', '2001:db8::1', 80, '', ''],
    ['HTTP://192.0.2.1:80', 'http', '192.0.2.1', 80, '', ''],
  ])('%s', (text, protocol, host, port, user, password) => {
    expect(endpoint(line(text)).endpoint).toEqual({ protocol, host, port, user, password });
  });

  test.each(['# one', '#', '// one', '; one'])('%s is a comment', (text) => {
    expect(line(text)).toEqual({ kind: 'comment' });
  });

  test.each([
    ['', /neither a share link nor host:port/],
    ['proxy.example', /neither a share link nor host:port/],
    ['192.0.2.1:', /neither a share link nor host:port/],
    ['192.0.2.1:0', /port/],
    ['192.0.2.1:65536', /port/],
    ['192.0.2.1:99999:a:b', /port/],
    ['gopher://192.0.2.1:70', /scheme "gopher" is not supported/],
    ['http://192.0.2.1/page', /URL of a page/],
  ])('rejects %j', (text, reason) => {
    expect(line(text)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });
});

describe('a record', () => {
  test('prefers its own remarks over those of the link', () => {
    expect(endpoint(json(LINK)).remarks).toBe('from the link');
    expect(endpoint(json({ ...LINK, remarks: ' ' })).remarks).toBe('from the link');
    expect(endpoint(json({ ...LINK, remarks: '東京 é' })).remarks).toBe('東京 é');
  });

  test.each([
    [{ ip: '192.0.2.1' }, {}],
    [{ address: '192.0.2.1' }, {}],
    [{ host: ' 192.0.2.1 ' }, {}],
    [{ host: '192.0.2.1', port: '1080' }, {}],
    [{ host: '2001:DB8::1' }, { host: '2001:db8::1' }],
    [{ host: '[2001:db8::1]' }, { host: '2001:db8::1' }],
    [{ host: 'Proxy.Example' }, { host: 'proxy.example' }],
    [
      { host: '192.0.2.1', username: 'me', password: 'a:b@c' },
      { user: 'me', password: 'a:b@c' },
    ],
    [{ host: '192.0.2.1', user: 'me' }, { user: 'me' }],
    [{ host: '192.0.2.1', protocol: 'SOCKS5H' }, {}],
    [{ host: '192.0.2.1', protocol: undefined, type: 'http' }, { protocol: 'http' }],
  ])('with fields: %j', (fields, expected) => {
    const { host: _, ...rest } = HOST;
    expect(endpoint(json({ ...rest, ...fields })).endpoint).toEqual({
      ...{ ...HOST, user: '', password: '' },
      ...expected,
    });
  });

  test.each([
    [[], /not a JSON object/],
    [null, /not a JSON object/],
    [7, /not a JSON object/],
    [{}, /neither config nor host/],
    [{ config: 7 }, /neither config nor host/],
    [{ config: '' }, /start with scheme/],
    [{ ...HOST, host: '' }, /neither config nor host/],
    [{ ...HOST, protocol: 'carrier-pigeon' }, /protocol is not supported/],
    [{ ...HOST, protocol: undefined }, /protocol is not supported/],
    [{ ...HOST, protocol: 'constructor' }, /protocol is not supported/],
    [{ ...HOST, protocol: '__proto__' }, /protocol is not supported/],
    [{ ...HOST, port: undefined }, /port/],
    [{ ...HOST, port: null }, /port/],
    [{ ...HOST, port: '' }, /port/],
    [{ ...HOST, port: 0 }, /port/],
    [{ ...HOST, port: 65_536 }, /port/],
    [{ ...HOST, port: 80.5 }, /port/],
    [{ ...HOST, port: true }, /port/],
    [{ ...HOST, port: [80] }, /port/],
    [{ ...HOST, port: '0x50' }, /port/],
    [{ ...HOST, host: 'a b' }, /host/],
    [{ ...HOST, host: '192.0.2.1#' }, /host/],
    [{ ...HOST, host: '192.0.2.1?' }, /host/],
    [{ ...HOST, host: 'me@192.0.2.1' }, /host/],
    [{ ...HOST, host: '192.0.2.1:81' }, /host/],
  ])('rejects %j', (value, reason) => {
    expect(json(value)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });

  test.each(['', '{', '{"config":', 'undefined', '\xff'])('%j is not JSON', (raw) => {
    expect(readJsonRecord(raw)).toEqual({ kind: 'invalid', reason: 'it is not JSON' });
  });

  test('may be a bare link', () => {
    for (const config of [
      'http://192.0.2.1:80#東京 é',
      'http://bücher.example:80',
      '192.0.2.1:80',
    ]) {
      const text = endpoint(json(config));
      expect(text.published).toEqual({});
      const link = config.includes('://') ? config : `http://${config}`;
      expect(text).toEqual(endpoint(json({ config: link })));
    }
  });

  test('is invalid when it looks like a comment', () => {
    for (const text of ['# one', '//one', ';']) expect(json(text).kind).toBe('invalid');
  });
});

describe('the published status', () => {
  const published = (fields: object): PublishedStatus =>
    endpoint(json({ ...LINK, ...fields })).published;

  test.each<[object, PublishedStatus]>([
    [{}, {}],
    [{ latency: 0 }, { latency: 0 }],
    [
      { latency: 12.5, is_working: false },
      { latency: 12.5, isWorking: false },
    ],
    [{ tested_at: '2026-01-01T01:00:00+01:00' }, { testedAt: Date.UTC(2026, 0, 1) }],
    [{ health: 0.95 }, { health: 0.95 }],
    [{ health: 1 }, { health: 1 }],
    [{ health_score: 95 }, { health: 0.95 }],
    [{ success_rate: 0 }, { successRate: 0 }],
    [{ success_rate: 80 }, { successRate: 0.8 }],
    [{ unstable: true }, { isMarked: true }],
    [{ is_unstable: true }, { isMarked: true }],
    [{ status: 'unstable' }, { isMarked: true }],
    [{ tags: ['eu', 'unstable'] }, { isMarked: true }],
    [{ flags: ['unstable'] }, { isMarked: true }],
    [{ unstable: 'no', status: 'stable', tags: ['not-unstable'] }, {}],
    [{ latency: null, is_working: null, tested_at: null, health: null }, {}],
    [{ tested_at: '' }, {}],
  ])('%j', (fields, expected) => {
    expect(published(fields)).toEqual(expected);
    expect(endpoint(json({ ...LINK, ...fields })).problems).toEqual([]);
  });

  test('is read from the field retest, unless the record has its own fields', () => {
    const retest = { alive: true, latency: 30, tested_at: '2026-01-01T00:00:00Z', health: 0.5 };
    const [testedAt, isWorking] = [Date.UTC(2026, 0, 1), true];
    expect(published({ retest })).toEqual({ testedAt, latency: 30, isWorking, health: 0.5 });
    expect(published({ retest, latency: 40, health: 0.9 })).toEqual({
      ...{ testedAt, latency: 40, isWorking, health: 0.9 },
    });
    for (const strange of [null, 7, 'x', []]) expect(published({ retest: strange })).toEqual({});
  });

  test.each([
    [{ latency: '12' }, 'latency is not a number'],
    [{ latency: -1 }, 'latency is not a number'],
    [{ health: 'good' }, 'health is not a number'],
    [{ success_rate: {} }, 'success_rate is not a number'],
    [{ is_working: 'true' }, 'is_working is neither true nor false'],
    [{ tested_at: 'yesterday' }, 'tested_at is not a valid time'],
    [{ tested_at: 1_700_000_000 }, 'tested_at is not a valid time'],
  ])('%j is reported as a problem', (fields, problem) => {
    expect(endpoint(json({ ...LINK, ...fields }))).toMatchObject({
      published: {},
      problems: [problem],
    });
  });

  test('reports all invalid fields', () => {
    const wrong = { latency: 'x', health: 'x', is_working: 'x', tested_at: 'x', success_rate: 'x' };
    expect(endpoint(json({ ...LINK, ...wrong })).problems).toHaveLength(5);
  });
});

test('any text is an endpoint or has a reason on one line', () => {
  const value = fc.oneof(fc.jsonValue(), fc.record({ config: fc.string() }), fc.string());
  const fields = fc.record(
    { protocol: fc.constantFrom('http', 'socks5', 'x'), host: fc.string(), port: fc.jsonValue() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(value, fields), (given) => {
      const record = json(given);
      expect(['endpoint', 'invalid']).toContain(record.kind);
      if (record.kind === 'invalid') expect(record.reason).toMatch(/^it[s ][ -~]+$/);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const record = line(text);
      if (record.kind === 'endpoint') expect(record.endpoint.port).toBeGreaterThan(0);
      if (record.kind === 'invalid') expect(record.reason).toMatch(/^it[s ][ -~]+$/);
    }),
  );
});

test('reasons do not contain passwords', () => {
  for (const record of [
    line('192.0.2.1:99999:me:s3cret'),
    line('me:s3cret@192.0.2.1:0'),
    json({ ...HOST, port: 0, password: 's3cret' }),
    json({ config: 'ss://s3cret' }),
  ]) {
    expect(record).toMatchObject({ kind: 'invalid' });
    expect(JSON.stringify(record)).not.toContain('s3cret');
  }
});
