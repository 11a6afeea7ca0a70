import { expect, test } from 'vitest';
import { checkResult, HOSTILE_TEXT, UNHEALTHY } from '../testing/check-result.ts';
import { prometheus } from './prometheus.ts';

const NOW = 1_780_000_000_400;

test('names, labels and units are stable', () => {
  const labels = 'check="api",kind="http",target="https://shop.example/health"';
  expect(prometheus([checkResult()], NOW, undefined)).toBe(
    `# HELP health_check_up 1 if the check is healthy or degraded, else 0.
# TYPE health_check_up gauge
health_check_up{${labels}} 1
# HELP health_check_status 1 for the current status of the check, 0 for the other statuses.
# TYPE health_check_status gauge
health_check_status{${labels},status="healthy"} 1
health_check_status{${labels},status="degraded"} 0
health_check_status{${labels},status="unhealthy"} 0
health_check_status{${labels},status="unknown"} 0
# HELP health_check_attempts Number of attempts.
# TYPE health_check_attempts gauge
health_check_attempts{${labels}} 2
# HELP health_check_failed_attempts Number of failed attempts.
# TYPE health_check_failed_attempts gauge
health_check_failed_attempts{${labels}} 1
# HELP health_check_duration_seconds Duration of the check.
# TYPE health_check_duration_seconds gauge
health_check_duration_seconds{${labels}} 2.01
# HELP health_check_time_to_healthy_seconds Time until healthy.
# TYPE health_check_time_to_healthy_seconds gauge
health_check_time_to_healthy_seconds{${labels}} 2
# HELP health_check_latency_seconds Latency of all attempts by phase: p50, p95 (nearest rank) and max.
# TYPE health_check_latency_seconds gauge
health_check_latency_seconds{${labels},phase="total",stat="p50"} 0.012346
health_check_latency_seconds{${labels},phase="total",stat="p95"} 0.04
health_check_latency_seconds{${labels},phase="total",stat="max"} 0.041
# HELP health_check_last_run_timestamp_seconds End of the checks in seconds since the epoch.
# TYPE health_check_last_run_timestamp_seconds gauge
health_check_last_run_timestamp_seconds 1780000000
`,
  );
});

test('values that were not measured have no metric', () => {
  const text = prometheus([UNHEALTHY], NOW, undefined);
  expect(text).toContain('health_check_up{check="db",kind="tcp",target="tcp://db:5432"} 0\n');
  expect(text).not.toMatch(/latency|time_to_healthy|github_workflow/);
});

test('includes the metrics of the workflow', () => {
  const metrics = { workflow: 'CI/CD "x"', durationMs: 61_500, successRate: 2 / 3 };
  const text = prometheus([], NOW, metrics);
  expect(text).toContain('github_workflow_duration_seconds{workflow="CI/CD \\"x\\""} 61.5\n');
  expect(text).toContain('github_workflow_success_rate{workflow="CI/CD \\"x\\""} 0.666667\n');
  expect(prometheus([], NOW, { ...metrics, successRate: undefined })).not.toContain('success_rate');
});

test('escapes untrusted text in labels', () => {
  const text = prometheus([{ ...UNHEALTHY, name: HOSTILE_TEXT }], NOW, undefined);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) .*|\w+(\{\w+="(\\["\\n]|[^"\\])*"(,\w+="(\\["\\n]|[^"\\])*")*\})? [\d.]+)$/,
    );
  }
});
