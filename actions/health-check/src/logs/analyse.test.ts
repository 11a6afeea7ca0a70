import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { analyse } from './analyse.ts';

const folder = new URL('../../../../test/fixtures/logs/', import.meta.url);

function count(text: string, since?: number, now = Date.now()) {
  return analyse([text.replace(/\n$/, '').split('\n')], { since, now });
}

/** Removes counts of 0. */
function withoutZeros(counts: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0));
}

interface Expected {
  readonly lines: number;
  readonly unmatched?: number;
  readonly levels?: Readonly<Record<string, number>>;
  readonly errors?: number;
  readonly categories?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, number>>;
  readonly statuses?: Readonly<Record<string, number>>;
  readonly clients?: number;
  readonly top?: readonly [path: string, count: number];
}

const NGINX = {
  lines: 25,
  statuses: { 200: 10, 206: 1, 301: 1, 400: 3, 403: 1, 404: 3, 405: 2, 500: 1, 502: 2, 503: 1 },
  clients: 4,
  top: ['/', 9],
} as const;
const APACHE = {
  lines: 28,
  methods: { GET: 22, HEAD: 1, POST: 1, PUT: 1, DELETE: 1 },
  statuses: { 200: 10, 206: 1, 302: 1, 400: 3, 401: 3, 403: 2, 404: 5, 405: 1, 503: 2 },
  clients: 3,
  top: ['/', 7],
} as const;

/** Counted by other tools; see the README beside the samples. */
const SAMPLES: Readonly<Record<string, Expected>> = {
  'nginx-access': { ...NGINX, methods: { GET: 19, HEAD: 1, POST: 1, PUT: 1, DELETE: 1 } },
  'nginx-timed': { ...NGINX, methods: { GET: 19, HEAD: 1, POST: 1, PUT: 1, DELETE: 1 } },
  // nginx omits the method of an invalid request.
  'nginx-json': { ...NGINX, methods: { GET: 18, HEAD: 1, POST: 1, PUT: 1, DELETE: 1 } },
  'nginx-error': {
    lines: 43,
    levels: { ERROR: 6, INFO: 24, NOTICE: 13 },
    errors: 6,
    categories: { network: 2, auth: 1, other: 3 },
  },
  'apache-access': APACHE,
  'apache-common': APACHE,
  'apache-vhost': APACHE,
  'apache-error': {
    lines: 18,
    levels: { ERROR: 8, INFO: 7, NOTICE: 3 },
    errors: 8,
    categories: { network: 4, auth: 4 },
  },
  'python-logging': {
    lines: 53,
    unmatched: 1,
    levels: { DEBUG: 1, INFO: 4, WARNING: 3, ERROR: 11, CRITICAL: 1 },
    // The crash at the end has no level.
    errors: 13,
    categories: {
      database: 2,
      auth: 1,
      network: 2,
      tailscale: 1,
      disk: 1,
      exception: 4,
      other: 2,
    },
  },
  'python-basic': {
    lines: 5,
    levels: { INFO: 1, WARNING: 1, ERROR: 2, CRITICAL: 1 },
    errors: 3,
    categories: { auth: 1, network: 1, other: 1 },
  },
  flask: {
    lines: 55,
    unmatched: 3,
    levels: { INFO: 16, ERROR: 2 },
    errors: 2,
    categories: { exception: 2 },
    methods: { GET: 11, POST: 1, DELETE: 1, HEAD: 1 },
    statuses: { 200: 7, 201: 1, 302: 1, 401: 1, 404: 1, 405: 1, 500: 2 },
    clients: 1,
    top: ['/', 8],
  },
  'json-lines': {
    lines: 22,
    unmatched: 4,
    levels: { DEBUG: 1, INFO: 7, WARNING: 2, ERROR: 5, CRITICAL: 2 },
    errors: 7,
    categories: { other: 1, exception: 2, database: 1, network: 1, auth: 1, disk: 1 },
    methods: { GET: 5, POST: 1 },
    statuses: { 200: 2, 201: 1, 304: 1, 404: 1, 500: 1 },
    clients: 3,
    top: ['/api/items', 2],
  },
  'mixed-ansi': {
    lines: 35,
    unmatched: 3,
    levels: { DEBUG: 1, INFO: 6, WARNING: 4, ERROR: 9, CRITICAL: 2 },
    errors: 12,
    categories: { network: 2, database: 1, auth: 1, disk: 1, exception: 2, other: 5 },
    methods: { GET: 1, POST: 1 },
    statuses: { 200: 1, 500: 1 },
    clients: 2,
    top: ['/docs', 1],
  },
};

describe('the counts of real logs are exact', () => {
  test.each(Object.entries(SAMPLES))('%s', async (name, expected) => {
    const found = await count(await readFile(new URL(`${name}.log`, folder), 'utf8'));
    const { requests } = found;
    const statuses = expected.statuses ?? {};
    const classes = Map.groupBy(Object.keys(statuses), (status) => `${status.charAt(0)}xx`);
    expect({
      lines: found.lines,
      unmatched: found.unmatched,
      levels: withoutZeros(found.levels),
      errors: found.errors,
      warnings: found.warnings,
      categories: withoutZeros(found.categories),
      total: requests.total,
      methods: withoutZeros(requests.byMethod),
      statuses: withoutZeros(requests.byStatus),
      classes: withoutZeros(requests.byStatusClass),
      clients: requests.clients,
      top: requests.topPaths[0],
    }).toEqual({
      lines: expected.lines,
      unmatched: expected.unmatched ?? 0,
      levels: expected.levels ?? {},
      errors: expected.errors ?? 0,
      warnings: expected.levels?.WARNING ?? 0,
      categories: expected.categories ?? {},
      total: sum(Object.values(statuses)),
      methods: expected.methods ?? {},
      statuses,
      classes: Object.fromEntries(
        [...classes].map(([name, all]) => [
          name,
          sum(all.map((status) => statuses[status as keyof typeof statuses] ?? 0)),
        ]),
      ),
      clients: expected.clients ?? 0,
      top: expected.top && { path: expected.top[0], count: expected.top[1] },
    });
  });

  test.each(['nginx-timed', 'nginx-json'])('%s: latencies', async (name) => {
    const { requests } = await count(await readFile(new URL(`${name}.log`, folder), 'utf8'));
    expect(requests.latency).toEqual({ p50: 0, p95: 24, max: 54 });
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

test('well-known counts are present with 0', async () => {
  const { levels, categories, requests } = await count('');
  expect(levels.ERROR).toBe(0);
  expect(categories.database).toBe(0);
  expect(requests.byStatusClass['5xx']).toBe(0);
  expect(requests.byStatus['503']).toBe(0);
  expect(requests.byMethod.DELETE).toBe(0);
  expect(requests.latency).toBeUndefined();
});

test('top paths contain no queries and handle special names', async () => {
  const line = (path: string) =>
    `192.0.2.1 - - [20/Nov/2026:18:16:48 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "-"`;
  const text = ['/a?token=hidden', '/a#b', '__proto__', 'constructor', 'https://x.example/a?b']
    .map(line)
    .join('\n');
  const { requests } = await count(text);
  expect(requests.topPaths).toEqual([
    { path: '/a', count: 3 },
    { path: '__proto__', count: 1 },
    { path: 'constructor', count: 1 },
  ]);
});

describe('since', () => {
  const now = Date.parse('2026-11-20T19:00:00Z');
  const text = [
    'no time yet',
    '2026-11-20T17:59:59Z ERROR old',
    'below the old one',
    '2026-11-20T18:00:00Z ERROR just in time',
    'below the new one',
    '[2026-11-20 18:30:00 +0000] [1] [INFO] newer',
  ].join('\n');

  test('excludes older records and the lines below them', async () => {
    const found = await count(text, now - 3_600_000, now);
    expect(found).toMatchObject({ lines: 3, errors: 1, unmatched: 1, isUndated: false });
  });

  test('reports a log without timestamps', async () => {
    expect(await count('ERROR a\nINFO b', now - 1, now)).toMatchObject({
      isUndated: true,
      lines: 0,
    });
  });
});

test('splits each stream separately', async () => {
  const stderr = ['Traceback (most recent call last):', '  File "a", line 1', 'ValueError: x'];
  const stdout = ['INFO:root:a', 'INFO:root:b'];
  expect(await analyse([stdout, stderr], { now: 0 })).toMatchObject({
    lines: 5,
    errors: 1,
    unmatched: 0,
    categories: { exception: 1 },
  });
});

test('returns the ten latest errors, newest first', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `ERROR number ${index}`);
  const { latestErrors } = await count(lines.join('\n'));
  expect(latestErrors.map(({ lines }) => lines[0])).toEqual(
    [49, 48, 47, 46, 45, 44, 43, 42, 41, 40].map((index) => `ERROR number ${index}`),
  );
});

test('stops on cancel', async () => {
  const lines = Array.from({ length: 10_000 }, () => 'INFO a');
  const work = analyse([lines], { now: 0 }, AbortSignal.abort(new Error('enough')));
  await expect(work).rejects.toThrow('enough');
});

test('takes linear time for hostile lines', async () => {
  const pieces = ['"', '\\"', 'a=', '[', ' at ', '{"a":', '\u001b[', '1 - ', 'Error.', 'db ', '/a'];
  const prefixes = ['', 'ERROR ', '2026-11-20 18:16:46,587 - ', '1.1.1.1 - - [20/Nov/2026:1] "'];
  const lines = prefixes.flatMap((prefix) => pieces.map((piece) => prefix + piece.repeat(50_000)));
  const started = performance.now();
  await count(lines.join('\n'));
  expect(performance.now() - started).toBeLessThan(3_000);
});
