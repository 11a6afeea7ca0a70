import { htmlEscape } from '@repo/core/summary/markdown';
import { stripInvisible } from '@repo/core/text/untrusted';
import type { CheckResult } from '../check.ts';

/** When the checks ran. */
export interface Timing {
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/**
 * The results as JUnit XML, one test case per check: unhealthy is a failure, unknown an error. A
 * degraded check passes and has its reason as output.
 */
export function junit(results: readonly CheckResult[], { startedAt, durationMs }: Timing): string {
  const count = (status: CheckResult['status']) =>
    results.filter((result) => result.status === status).length;
  const totals = {
    name: 'health-check',
    tests: results.length,
    failures: count('unhealthy'),
    errors: count('unknown'),
    skipped: 0,
    time: seconds(durationMs),
  };
  const timestamp = new Date(startedAt).toISOString().replace(/\.\d+Z$/, '');
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(totals)}>`,
    `  <testsuite${attributes({ ...totals, timestamp })}>`,
    ...results.map(testCase),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

function testCase(result: CheckResult): string {
  const { name, kind, target, status, reason, durationMs, evidence } = result;
  const start = `    <testcase${attributes({
    name,
    classname: `health-check.${kind}`,
    time: seconds(durationMs),
  })}`;
  if (status === 'healthy') return `${start}/>`;
  const lines = [
    `${target}: ${status}, ${reason}`,
    ...evidence.flatMap(({ title, lines }) => ['', `${title}:`, ...lines]),
  ];
  const body = lines.map(text).join('\n');
  const elements = {
    degraded: `<system-out>${body}</system-out>`,
    unhealthy: `<failure${attributes({ message: reason, type: status })}>${body}</failure>`,
    unknown: `<error${attributes({ message: reason, type: status })}>${body}</error>`,
  };
  return `${start}>\n      ${elements[status]}\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${text(String(value)).replace(/\s+/g, ' ')}"`)
    .join('');
}

/** Escapes untrusted text, without the characters that XML does not allow. */
function text(untrusted: string): string {
  return htmlEscape(stripInvisible(untrusted).replace(/[\ufffe\uffff]/g, ''));
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
