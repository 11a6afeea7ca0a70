import { expect, test } from 'vitest';
import { debugEach, limitDebug } from './log.ts';

function createLog() {
  const lines: string[] = [];
  const debug = (text: string | (() => string)) => {
    lines.push(typeof text === 'string' ? text : text());
  };
  return { lines, debug };
}

test('a list has at most 200 lines', () => {
  const log = createLog();
  debugEach(log, Array.from({ length: 5_000 }).fill(0), () => 'item');
  expect(log.lines).toHaveLength(201);
  expect(log.lines.at(-1)).toBe('… and 4800 more');
});

test('a source has at most 1,000 lines', () => {
  const { lines, debug } = createLog();
  const limited = limitDebug(debug, 'requests');
  for (let count = 0; count < 2_000; count++) limited(() => `request ${count}`);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toBe('… no further lines about requests');
});
