import type { CheckResult, Status } from '../check.ts';
import { worstStatus } from '../verdict.ts';

const COLOURS: Readonly<Record<Status, string>> = {
  healthy: 'brightgreen',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'lightgrey',
};

/** A badge as https://shields.io/badges/endpoint-badge reads it. Holds no text of strangers. */
export function badge(results: readonly CheckResult[]): string {
  const status = worstStatus(results);
  const concerned = results.filter((result) => result.status === status).length;
  const isAll = concerned === results.length;
  return `${JSON.stringify({
    schemaVersion: 1,
    label: 'health',
    message: isAll ? status : `${concerned} of ${results.length} ${status}`,
    color: COLOURS[status],
    isError: status === 'unhealthy' || status === 'unknown',
  })}\n`;
}
