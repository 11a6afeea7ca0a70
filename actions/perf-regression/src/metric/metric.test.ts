import { describe, expect, it } from 'vitest';
import { inferDirection, inferUnit, isMoment } from './metric.ts';
import { canonicalUnit } from './unit.ts';

describe('canonicalUnit', () => {
  it.each([
    ['ns', 'ns', 1],
    ['µs', 'ns', 1e3],
    ['μs', 'ns', 1e3],
    ['us/iter', 'ns', 1e3],
    ['ms/op', 'ns', 1e6],
    ['second', 'ns', 1e9],
    ['ps', 'ns', 1e-3],
    ['MB/s', 'B/s', 1e6],
    ['MB/sec', 'B/s', 1e6],
    ['KiB', 'B', 1024],
    ['Megabytes', 'B', 1e6],
    ['B/op', 'B', 1],
    ['ops/ms', 'ops/s', 1e3],
    ['ops/sec', 'ops/s', 1],
    ['Mops/s', 'ops/s', 1e6],
    ['Hz', 'ops/s', 1],
    ['Percent', '%', 1],
    ['allocs/op', 'count', 1],
    ['req/s', 'req/s', 1],
    ['req/ms', 'req/s', 1e3],
    ['cycles/iter', 'cycles/iter', 1],
    ['widgets', 'widgets', 1],
    ['', '', 1],
    ['constructor', 'constructor', 1],
  ])('%j is %j times %d', (written, unit, factor) => {
    expect(canonicalUnit(written)).toMatchObject({ unit, factor: expect.closeTo(factor, 9) });
  });
});

describe('inferDirection', () => {
  it.each([
    ['ns', 'success', 'lower'],
    ['ops/s', '', 'higher'],
    ['req/s', 'requests', 'higher'],
    ['errors/s', '', 'lower'],
    ['B', 'image_size', 'lower'],
    ['B', 'free memory', 'higher'],
    ['%', 'stats.success_rate', 'higher'],
    ['', 'stats.success_rate', 'higher'],
    ['%', 'coverage', 'higher'],
    ['%', 'errorRate', 'lower'],
    ['%', 'share', 'unknown'],
    ['', 'outdated_dependencies', 'lower'],
    ['', 'vulnerabilities.high', 'lower'],
    ['', 'success_errors', 'unknown'],
    ['', 'memory.free', 'higher'],
    ['', 'latency.p95', 'lower'],
    ['', 'total_proxies', 'unknown'],
    ['count', 'allocs/op', 'lower'],
  ] as const)('unit %j, name %j: %s', (unit, name, better) => {
    expect(inferDirection(unit, name)).toBe(better);
  });
});

describe('isMoment', () => {
  it('distinguishes a point in time from a measurement', () => {
    expect(isMoment('cache_bust', 1_767_323_045_000)).toBe(true);
    expect(isMoment('generatedAt', 1_767_323_045)).toBe(true);
    expect(isMoment('image_bytes', 1_767_323_045_000)).toBe(false);
    expect(isMoment('build_time', 120)).toBe(false);
  });
});

describe('inferUnit', () => {
  it.each([
    ['average_latency_ms', 'ms'],
    ['sizeBytes', 'bytes'],
    ['runtimeSeconds', 'seconds'],
    ['coveragePct', '%'],
    ['proxies_per_second', 'proxies/s'],
    ['success_rate', ''],
    ['ms', ''],
    ['', ''],
  ])('%j: %j', (name, unit) => expect(inferUnit(name)).toBe(unit));
});
