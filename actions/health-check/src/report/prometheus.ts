import { stripInvisible } from '@repo/core/text/untrusted';
import { type CheckResult, LATENCY_PHASES, type Status } from '../check.ts';
import type { WorkflowFigures } from './workflow-metrics.ts';

/** Names, labels and units are stable: dashboards and alerts are built on them. */
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
 * The results in the text format of Prometheus, as the textfile collector of node_exporter reads
 * it. All are gauges: each run says how it is now.
 *
 * @param now ms since the epoch
 */
export function prometheus(
  results: readonly CheckResult[],
  now: number,
  figures: WorkflowFigures | undefined,
): string {
  const each = (
    name: string,
    help: string,
    figure: (result: CheckResult) => number | undefined,
  ): Metric => ({
    name: `health_check_${name}`,
    help,
    samples: results.flatMap((result) => {
      const value = figure(result);
      return value === undefined ? [] : [{ labels: labelsOf(result), value }];
    }),
  });
  const metrics: readonly Metric[] = [
    each('up', '1 when the check is healthy or degraded, else 0.', ({ status }) =>
      status === 'healthy' || status === 'degraded' ? 1 : 0,
    ),
    {
      name: 'health_check_status',
      help: '1 for the status that the check has, 0 for the others.',
      samples: results.flatMap((result) =>
        STATUSES.map((status) => ({
          labels: { ...labelsOf(result), status },
          value: result.status === status ? 1 : 0,
        })),
      ),
    },
    each('attempts', 'Attempts of the check.', ({ attempts }) => attempts),
    each('failed_attempts', 'Attempts that the target failed.', (result) => result.failedAttempts),
    each('duration_seconds', 'Time that the check took.', ({ durationMs }) => durationMs / 1_000),
    each('time_to_healthy_seconds', 'Time until it was healthy.', ({ timeToHealthyMs }) =>
      timeToHealthyMs === undefined ? undefined : timeToHealthyMs / 1_000,
    ),
    {
      name: 'health_check_latency_seconds',
      help: 'Latency over all attempts by phase: p50, p95 (by nearest rank) and max.',
      samples: results.flatMap(latencies),
    },
    {
      name: 'health_check_last_run_timestamp_seconds',
      help: 'When the checks ended, in seconds since the epoch.',
      samples: [{ labels: {}, value: Math.round(now / 1_000) }],
    },
    ...workflowMetrics(figures),
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(render)
    .join('');
}

function workflowMetrics(figures: WorkflowFigures | undefined): readonly Metric[] {
  if (figures === undefined) return [];
  const labels = { workflow: figures.workflow };
  const { durationMs, successRate } = figures;
  return [
    {
      name: 'github_workflow_duration_seconds',
      help: 'Time since this run of the workflow started.',
      samples: [{ labels, value: durationMs / 1_000 }],
    },
    {
      name: 'github_workflow_success_rate',
      help: 'Share of its latest 100 completed runs on this branch that succeeded, 0 to 1.',
      samples: successRate === undefined ? [] : [{ labels, value: successRate }],
    },
  ];
}

function latencies(result: CheckResult): readonly Sample[] {
  return LATENCY_PHASES.flatMap((phase) => {
    const found = result.latency[phase];
    if (found === undefined) return [];
    return STATISTICS.map((stat) => ({
      labels: { ...labelsOf(result), phase, stat },
      value: found[stat] / 1_000,
    }));
  });
}

function labelsOf({ name, kind, target }: CheckResult): Sample['labels'] {
  return { check: name, kind, target };
}

function render({ name, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    // A sum of fractions may have a long tail, which says nothing.
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
