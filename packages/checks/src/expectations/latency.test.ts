import { expect, test } from 'vitest';
import { DurationFact } from '../facts.ts';
import { maxLatency } from './latency.ts';

test('limits the latency of an attempt', () => {
  const { judge, reads, source } = maxLatency().parse('300ms');
  expect([source, reads]).toEqual(['latency <= 300ms', ['latency']]);
  expect(judge({ latency: new DurationFact(300) })).toEqual({ met: true });
  expect(judge({ latency: new DurationFact(1_234.5) })).toEqual({
    met: false,
    found: 'latency 1.2s, expected at most 300ms',
  });
});

test.each(['300', '0', 'fast', '-1s'])('rejects %s', (given) => {
  expect(() => maxLatency().parse(given)).toThrow();
});
