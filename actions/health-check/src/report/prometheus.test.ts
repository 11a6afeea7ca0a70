import { expect, test } from 'vitest';
import { checkResult, ILL, NASTY } from '../testing/check-result.ts';
import { prometheus } from './prometheus.ts';

const NOW = 1_780_000_000_400;

test('names, labels and units, which dashboards are built on', () => {
  const labels = 'check="api",kind="http",target="https://shop.example/health"';
  expect(prometheus([checkResult()], NOW, undefined)).toBe(
    `# HELP health_check_up 1 when the check is healthy or degraded, else 0.
# TYPE health_check_up gauge
health_check_up{${labels}} 1
# HELP health_check_status 1 for the status that the check has, 0 for the others.
# TYPE health_check_status gauge
health_check_status{${labels},status="healthy"} 1
health_check_status{${labels},status="degraded"} 0
health_check_status{${labels},status="unhealthy"} 0
health_check_status{${labels},status="unknown"} 0
# HELP health_check_attempts Attempts of the check.
# TYPE health_check_attempts gauge
health_check_attempts{${labels}} 2
# HELP health_check_failed_attempts Attempts that the target failed.
# TYPE health_check_failed_attempts gauge
health_check_failed_attempts{${labels}} 1
# HELP health_check_duration_seconds Time that the check took.
# TYPE health_check_duration_seconds gauge
health_check_duration_seconds{${labels}} 2.01
# HELP health_check_time_to_healthy_seconds Time until it was healthy.
# TYPE health_check_time_to_healthy_seconds gauge
health_check_time_to_healthy_seconds{${labels}} 2
# HELP health_check_latency_seconds Latency over all attempts by phase: p50, p95 (by nearest rank) and max.
# TYPE health_check_latency_seconds gauge
health_check_latency_seconds{${labels},phase="total",stat="p50"} 0.012346
health_check_latency_seconds{${labels},phase="total",stat="p95"} 0.04
health_check_latency_seconds{${labels},phase="total",stat="max"} 0.041
# HELP health_check_last_run_timestamp_seconds When the checks ended, in seconds since the epoch.
# TYPE health_check_last_run_timestamp_seconds gauge
health_check_last_run_timestamp_seconds 1780000000
`,
  );
});

test('what was not measured has no metric', () => {
  const text = prometheus([ILL], NOW, undefined);
  expect(text).toContain('health_check_up{check="db",kind="tcp",target="tcp://db:5432"} 0\n');
  expect(text).not.toMatch(/latency|time_to_healthy|github_workflow/);
});

test('the figures of the workflow', () => {
  const figures = { workflow: 'CI/CD "x"', durationMs: 61_500, successRate: 2 / 3 };
  const text = prometheus([], NOW, figures);
  expect(text).toContain('github_workflow_duration_seconds{workflow="CI/CD \\"x\\""} 61.5\n');
  expect(text).toContain('github_workflow_success_rate{workflow="CI/CD \\"x\\""} 0.666667\n');
  expect(prometheus([], NOW, { ...figures, successRate: undefined })).not.toContain('success_rate');
});

test('no text gets out of its label', () => {
  const text = prometheus([{ ...ILL, name: NASTY }], NOW, undefined);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) .*|\w+(\{\w+="(\\["\\n]|[^"\\])*"(,\w+="(\\["\\n]|[^"\\])*")*\})? [\d.]+)$/,
    );
  }
});
