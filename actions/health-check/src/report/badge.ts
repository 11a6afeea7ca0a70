import type { CheckResult, Status } from '../check.ts';
import { judge } from '../verdict.ts';

const COLORS: Readonly<Record<Status, string>> = {
  healthy: 'brightgreen',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'lightgrey',
};

/** A badge for https://shields.io/badges/endpoint-badge. It contains no untrusted text. */
export function badge(results: readonly CheckResult[]): string {
  const { status } = judge(results);
  const count = results.filter((result) => result.status === status).length;
  return `${JSON.stringify({
    schemaVersion: 1,
    label: 'health',
    message: count === results.length ? status : `${count} of ${results.length} ${status}`,
    color: COLORS[status],
    isError: status === 'unhealthy' || status === 'unknown',
  })}\n`;
}
