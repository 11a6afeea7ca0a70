import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import {
  code,
  codeBlock,
  details,
  heading,
  type Markdown,
  md,
  table,
} from '@repo/core/summary/markdown';
import { sparkline } from '@repo/core/summary/sparkline';
import { nameList } from '@repo/core/text/name-list';
import { type CheckResult, isHealthy, LATENCY_PHASES, STATUS_SIGNS } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import type { SelfHealResult } from '../self-heal/self-heal-result.ts';
import { selfHealAnnotations, selfHealSummary } from '../self-heal/self-heal-summary.ts';
import type { HealthVerdict } from '../verdict.ts';
import { withExcerpt } from './evidence-excerpt.ts';

/** All outputs of a step share 1 MB. */
const MAX_RESULTS_BYTES = 64_000;

/** The outputs, JSON report, job summary and annotations of a run. */
export function report(
  results: readonly CheckResult[],
  { status, verdict, message }: HealthVerdict,
  durationMs: number,
  { bodyExcerpt }: Pick<Inputs, 'bodyExcerpt'>,
  selfHeal?: SelfHealResult,
): Outcome {
  const excerpts = results.map((result) => withExcerpt(result, bodyExcerpt));
  const healthy = isHealthy({ status });
  return {
    verdict,
    message,
    outputs: {
      status,
      healthy,
      'failed-checks': nameList(
        results
          .filter((result) => result.status === 'unhealthy' || result.status === 'unknown')
          .map(({ name }) => name),
      ),
      attempts: sum(results.map(({ attempts }) => attempts)),
      'time-to-healthy-ms': healthy
        ? Math.max(0, ...results.map(({ timeToHealthyMs }) => timeToHealthyMs ?? 0))
        : '',
      'duration-ms': Math.round(durationMs),
      results: compactResults(results),
    },
    result: { status, checks: excerpts, ...(selfHeal && { selfHeal }) },
    summary: [
      heading(2, md`${STATUS_SIGNS[status]} health-check: ${status}`),
      md`${message}`,
      resultsTable(results),
      ...selfHealSummary(selfHeal),
      ...excerpts.filter(({ evidence }) => evidence.length > 0).map(evidenceDetails),
      ...phaseTable(results),
    ],
    annotations: [...results.flatMap(createAnnotation), ...selfHealAnnotations(selfHeal)],
  };
}

function resultsTable(results: readonly CheckResult[]): Markdown {
  const worstFirst = results.toSorted((a, b) => severity(b) - severity(a));
  return table(
    [
      { title: '' },
      { title: 'Check' },
      { title: 'Result' },
      { title: 'Attempts', align: 'right' },
      { title: 'p50', align: 'right' },
      { title: 'p95', align: 'right' },
      { title: 'Latency of each attempt' },
    ],
    worstFirst.map((result) => [
      md`${STATUS_SIGNS[result.status]}`,
      result.name === result.target
        ? code(result.target)
        : md`**${result.name}**<br>${code(result.target)}`,
      md`${result.status}, ${result.reason}`,
      md`${result.attempts}`,
      md`${ms(result.latency.total?.p50)}`,
      md`${ms(result.latency.total?.p95)}`,
      md`${sparkline(result.history.map(({ state, latencyMs }) => (state === 'healthy' ? latencyMs : undefined)))}`,
    ]),
  );
}

function phaseTable(results: readonly CheckResult[]): readonly Markdown[] {
  const measured = results.filter(({ latency }) => latency.total !== undefined);
  if (measured.length === 0) return [];
  return [
    details(md`Latency by phase (median)`, [
      table(
        [
          { title: 'Check' },
          ...LATENCY_PHASES.map((title) => ({ title, align: 'right' as const })),
        ],
        measured.map(({ name, latency }) => [
          code(name),
          ...LATENCY_PHASES.map((phase) => md`${ms(latency[phase]?.p50)}`),
        ]),
      ),
    ]),
  ];
}

function evidenceDetails({ name, status, evidence, addresses }: CheckResult): Markdown {
  const perAddress = addresses.filter(({ reason }) => reason !== undefined);
  return details(md`Evidence: ${name} is ${status}`, [
    ...(addresses.length > 1
      ? [codeBlock(perAddress.map(({ address, reason }) => `${address}: ${reason}`))]
      : []),
    ...evidence.flatMap(({ title, lines }) => [md`**${title}**`, codeBlock(lines)]),
  ]);
}

function createAnnotation({ status, name, target, reason }: CheckResult): readonly Annotation[] {
  if (status === 'healthy') return [];
  return [
    {
      level: status === 'degraded' ? 'warning' : 'error',
      title: `${name} is ${status}`,
      message: `${target}: ${reason}`,
    },
  ];
}

/** The results as compact JSON, without the last ones when the text is too long. */
function compactResults(results: readonly CheckResult[]): string {
  const kept: string[] = [];
  let bytes = 2;
  for (const { name, kind, target, status, reason, attempts, latency } of results) {
    const text = JSON.stringify({
      name,
      kind,
      target,
      status,
      reason,
      attempts,
      latency: latency.total,
    });
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > MAX_RESULTS_BYTES) break;
    kept.push(text);
  }
  return `[${kept.join(',')}]`;
}

function severity({ status }: CheckResult): number {
  return ['healthy', 'degraded', 'unknown', 'unhealthy'].indexOf(status);
}

function ms(value: number | undefined): string {
  return value === undefined ? '' : formatDuration(value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
