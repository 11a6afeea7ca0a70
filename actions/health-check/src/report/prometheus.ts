import { stripInvisible } from '@repo/core/text/untrusted';
import { type CheckResult, LATENCY_PHASES, type Status } from '../check.ts';
import type { WorkflowMetrics } from './workflow-metrics.ts';

/** Names, labels and units are stable: dashboards and alerts depend on them. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const STATUSES: readonly Status[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];
const STATISTICS = ['p50', 'p95', 'max'] as const;

/**
 * The results in the Prometheus text format, for the textfile collector of node_exporter. All
 * metrics are gauges with the values of the latest run.
 *
 * @param now in ms since the epoch
 */
export function prometheus(
  results: readonly CheckResult[],
  now: number,
  workflow: WorkflowMetrics | undefined,
): string {
  const perCheck = (
    name: string,
    help: string,
    read: (result: CheckResult) => number | undefined,
  ): Metric => ({
    name: `health_check_${name}`,
    help,
    samples: results.flatMap((result) => {
      const value = read(result);
      return value === undefined ? [] : [{ labels: checkLabels(result), value }];
    }),
  });
  const metrics: readonly Metric[] = [
    perCheck('up', '1 if the check is healthy or degraded, else 0.', ({ status }) =>
      status === 'healthy' || status === 'degraded' ? 1 : 0,
    ),
    {
      name: 'health_check_status',
      help: '1 for the current status of the check, 0 for the other statuses.',
      samples: results.flatMap((result) =>
        STATUSES.map((status) => ({
          labels: { ...checkLabels(result), status },
          value: result.status === status ? 1 : 0,
        })),
      ),
    },
    perCheck('attempts', 'Number of attempts.', ({ attempts }) => attempts),
    perCheck('failed_attempts', 'Number of failed attempts.', (result) => result.failedAttempts),
    perCheck('duration_seconds', 'Duration of the check.', ({ durationMs }) => durationMs / 1_000),
    perCheck('time_to_healthy_seconds', 'Time until healthy.', ({ timeToHealthyMs }) =>
      timeToHealthyMs === undefined ? undefined : timeToHealthyMs / 1_000,
    ),
    {
      name: 'health_check_latency_seconds',
      help: 'Latency of all attempts by phase: p50, p95 (nearest rank) and max.',
      samples: results.flatMap(latencies),
    },
    {
      name: 'health_check_last_run_timestamp_seconds',
      help: 'End of the checks in seconds since the epoch.',
      samples: [{ labels: {}, value: Math.round(now / 1_000) }],
    },
    ...workflowGauges(workflow),
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(render)
    .join('');
}

function workflowGauges(metrics: WorkflowMetrics | undefined): readonly Metric[] {
  if (metrics === undefined) return [];
  const labels = { workflow: metrics.workflow };
  const { durationMs, successRate } = metrics;
  return [
    {
      name: 'github_workflow_duration_seconds',
      help: 'Time since the start of this workflow run.',
      samples: [{ labels, value: durationMs / 1_000 }],
    },
    {
      name: 'github_workflow_success_rate',
      help: 'Share of successful runs among the latest 100 completed runs on this branch, 0 to 1.',
      samples: successRate === undefined ? [] : [{ labels, value: successRate }],
    },
  ];
}

function latencies(result: CheckResult): readonly Sample[] {
  return LATENCY_PHASES.flatMap((phase) => {
    const percentiles = result.latency[phase];
    if (percentiles === undefined) return [];
    return STATISTICS.map((stat) => ({
      labels: { ...checkLabels(result), phase, stat },
      value: percentiles[stat] / 1_000,
    }));
  });
}

function checkLabels({ name, kind, target }: CheckResult): Sample['labels'] {
  return { check: name, kind, target };
}

function render({ name, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    // Rounding removes floating-point noise.
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${Number(value.toFixed(6))}`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('\n')}\n`;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information */
function escapeLabel(text: string): string {
  return stripInvisible(text)
    .replace(/[\r\t]/g, ' ')
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n');
}
