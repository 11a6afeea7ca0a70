import { expect, test } from 'vitest';
import { checkResult, HOSTILE_TEXT, UNHEALTHY, UNKNOWN } from '../testing/check-result.ts';
import { junit } from './junit.ts';

const timing = { startedAt: Date.UTC(2026, 10, 20, 21, 0, 0, 123), durationMs: 2_345.6 };

test('each check is a test case: unhealthy fails, unknown is an error, degraded passes', () => {
  const slow = checkResult({ name: 'slow', status: 'degraded', reason: 'slow' });
  expect(junit([checkResult(), slow, UNHEALTHY, UNKNOWN], timing)).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="health-check" tests="4" failures="1" errors="1" skipped="0" time="2.346">
  <testsuite name="health-check" tests="4" failures="1" errors="1" skipped="0" time="2.346" timestamp="2026-11-20T21:00:00">
    <testcase name="api" classname="health-check.http" time="2.010"/>
    <testcase name="slow" classname="health-check.http" time="2.010">
      <system-out>https://shop.example/health: degraded, slow</system-out>
    </testcase>
    <testcase name="db" classname="health-check.tcp" time="2.010">
      <failure message="connection refused (after 2 attempts in 2s, the deadline)" type="unhealthy">tcp://db:5432: unhealthy, connection refused (after 2 attempts in 2s, the deadline)

causes:
one
two</failure>
    </testcase>
    <testcase name="blind" classname="health-check.http" time="2.010">
      <error message="cancelled" type="unknown">https://shop.example/health: unknown, cancelled</error>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

test('escapes untrusted text', () => {
  const xml = junit(
    [
      {
        ...UNHEALTHY,
        name: HOSTILE_TEXT,
        target: HOSTILE_TEXT,
        reason: HOSTILE_TEXT,
        evidence: [{ title: HOSTILE_TEXT, lines: [HOSTILE_TEXT] }],
      },
    ],
    timing,
  );
  // Remove the tags and references that the report itself contains.
  const text = xml
    .replace(/<\/?(\?xml|testsuites?|testcase|failure)(\s+[a-z]+="[^"<>]*")*\s*[?/]?>/g, '')
    .replace(/&#\d+;/g, '');
  expect(text).not.toMatch(/[<>&"]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
  expect(xml.isWellFormed()).toBe(true);
});
