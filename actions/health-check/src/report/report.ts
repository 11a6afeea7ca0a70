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
import { type CheckResult, LATENCY_PHASES } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import type { Healing } from '../self-heal/self-heal-result.ts';
import { healingAnnotations, healingSummary } from '../self-heal/self-heal-summary.ts';
import { SIGNS, sentence, VERDICTS, worstStatus } from '../verdict.ts';

/** A step's outputs share 1 MB; this one must leave room for the others, bytes. */
const MOST_RESULTS_BYTES = 64_000;

/** What became of the checks, in all the forms that people and workflows read. */
export function report(
  results: readonly CheckResult[],
  durationMs: number,
  { bodyExcerpt }: Pick<Inputs, 'bodyExcerpt'>,
  healing?: Healing,
): Outcome {
  const status = worstStatus(results);
  const message = sentence(results);
  const shown = results.map((result) => withExcerpt(result, bodyExcerpt));
  const healthy = status === 'healthy' || status === 'degraded';
  return {
    verdict: VERDICTS[status],
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
    result: { status, checks: shown, ...(healing && { healing }) },
    summary: [
      heading(2, md`${SIGNS[status]} health-check: ${status}`),
      md`${message}`,
      resultsTable(results),
      ...healingSummary(healing),
      ...shown.filter(({ evidence }) => evidence.length > 0).map(evidenceOf),
      ...phaseTable(results),
    ],
    annotations: [...results.flatMap(annotationOf), ...healingAnnotations(healing)],
  };
}

function resultsTable(results: readonly CheckResult[]): Markdown {
  const worstFirst = results.toSorted((a, b) => severity(b) - severity(a));
  return table(
    [
      { title: '' },
      { title: 'Check' },
      { title: 'What happened' },
      { title: 'Attempts', align: 'right' },
      { title: 'p50', align: 'right' },
      { title: 'p95', align: 'right' },
      { title: 'Latency of each attempt' },
    ],
    worstFirst.map((result) => [
      md`${SIGNS[result.status]}`,
      result.name === result.target
        ? code(result.target)
        : md`**${result.name}**<br>${code(result.target)}`,
      md`${result.status}, ${result.reason}`,
      md`${result.attempts}`,
      md`${ms(result.latency.total?.p50)}`,
      md`${ms(result.latency.total?.p95)}`,
      md`${sparkline(result.history.map(({ state, latencyMs }) => (state === 'good' ? latencyMs : undefined)))}`,
    ]),
  );
}

function phaseTable(results: readonly CheckResult[]): readonly Markdown[] {
  const measured = results.filter(({ latency }) => latency.total !== undefined);
  if (measured.length === 0) return [];
  return [
    details(md`Where the time went (median of each phase)`, [
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

function evidenceOf({ name, status, evidence, addresses }: CheckResult): Markdown {
  const perAddress = addresses.filter(({ reason }) => reason !== undefined);
  return details(md`Evidence: ${name} is ${status}`, [
    ...(addresses.length > 1
      ? [codeBlock(perAddress.map(({ address, reason }) => `${address}: ${reason}`))]
      : []),
    ...evidence.flatMap(({ title, lines }) => [md`**${title}**`, codeBlock(lines)]),
  ]);
}

function annotationOf({ status, name, target, reason }: CheckResult): readonly Annotation[] {
  if (status === 'healthy') return [];
  return [
    {
      level: status === 'degraded' ? 'warning' : 'error',
      title: `${name} is ${status}`,
      message: `${target}: ${reason}`,
    },
  ];
}

/** The results as compact JSON; the last ones are left out where they would be too long. */
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
    if (bytes > MOST_RESULTS_BYTES) break;
    kept.push(text);
  }
  return `[${kept.join(',')}]`;
}

/** Evidence cut to the length that the user wants to see, bytes. */
export function withExcerpt(result: CheckResult, most: number): CheckResult {
  return {
    ...result,
    evidence: result.evidence
      .map(({ title, lines }) => ({ title, lines: cutLines(lines, most) }))
      .filter(({ lines }) => lines.length > 0),
  };
}

function cutLines(lines: readonly string[], most: number): readonly string[] {
  const kept: string[] = [];
  let left = most;
  for (const line of most === 0 ? [] : lines) {
    if (Buffer.byteLength(line) > left) {
      kept.push(`${firstBytes(line, Math.max(0, left))}…`);
      break;
    }
    kept.push(line);
    left -= Buffer.byteLength(line) + 1;
  }
  return kept;
}

/** As many whole characters as so many bytes hold. */
function firstBytes(text: string, most: number): string {
  const { written } = new TextEncoder().encodeInto(text, new Uint8Array(most));
  return Buffer.from(text).subarray(0, written).toString('utf8');
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
