import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome, Verdict } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import type { Inputs } from '../inputs.ts';
import type { Attempt } from '../journal/progress.ts';
import type { ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { timelineTable, toTimeline } from './timeline.ts';

/** Characters. All outputs of a step share 1 MB. */
const MAX_PLAN_LENGTH = 200_000;

type ReportInputs = Pick<Inputs, 'mode' | 'environment' | 'failAfterRollback'>;

/** The outputs, the JSON report, the summary and the annotations of a result. */
export function report(
  modeResult: ModeResult,
  verdict: Verdict,
  inputs: ReportInputs,
  durationMs: number,
): Outcome {
  const { result, message, remedy, from, to, entryId, snapshotId, recoverMs } = modeResult;
  return {
    verdict,
    message,
    outputs: {
      result,
      from,
      to,
      'deployment-id': entryId,
      'snapshot-id': snapshotId,
      attempts: modeResult.attempts.filter(({ plan }) => plan.purpose === 'rollback').length,
      'duration-ms': durationMs,
      'time-to-recover-ms': recoverMs ?? '',
      'rollbacks-in-window': modeResult.rollbacksInWindow,
      plan: toPlan(modeResult),
    },
    result: {
      mode: inputs.mode,
      environment: inputs.environment,
      result,
      remedy,
      from,
      to,
      entryId,
      snapshotId,
      issueUrl: modeResult.issueUrl,
      recoverMs: recoverMs ?? null,
      rollbacksInWindow: modeResult.rollbacksInWindow,
      steps: modeResult.steps,
      skipped: modeResult.skipped,
      attempts: modeResult.attempts.map(toAttemptReport),
      timeline: toTimeline(modeResult.events),
    },
    summary: createSummary(modeResult, inputs),
    annotations: createAnnotations(modeResult, verdict, inputs),
  };
}

function toPlan({ from, to, snapshotId, steps, skipped }: ModeResult): string {
  const plan = JSON.stringify({ from, to, snapshotId, steps, skipped });
  return plan.length <= MAX_PLAN_LENGTH
    ? plan
    : JSON.stringify({ from, to, snapshotId, steps, skipped: [] });
}

function toAttemptReport({ plan, state, reason, applied, verified, markedBad }: Attempt) {
  return {
    attempt: plan.attempt,
    purpose: plan.purpose,
    revision: plan.revision,
    entryId: plan.entryId,
    snapshotId: plan.snapshotId,
    state,
    reason,
    markedBad,
    applied: [...applied].map(([title, done]) => ({ title, done })),
    checks: verified?.checks ?? [],
  };
}

const SIGNS: Readonly<Record<ModeResult['result'], string>> = {
  'rolled-back': '⏪',
  done: '✅',
  noop: '✅',
  'dry-run': '🔎',
  superseded: '⏩',
  'no-target': '❌',
  'loop-guard': '⛔',
  locked: '🔒',
  frozen: '🧊',
  failed: '❌',
};

function createSummary(
  modeResult: ModeResult,
  { mode, environment }: ReportInputs,
): readonly Markdown[] {
  const { result, message, remedy, steps, attempts, skipped, recoverMs, issueUrl } = modeResult;
  return [
    heading(2, md`deploy-rollback: ${environment}`),
    md`${SIGNS[result]} **${message}.**${remedy === '' ? '' : md` ${remedy}`}`,
    ...(recoverMs === undefined
      ? []
      : [
          md`Verified after ${formatDuration(recoverMs)}; rollbacks within the window of max-rollbacks: ${modeResult.rollbacksInWindow}.`,
        ]),
    ...(issueUrl === '' ? [] : [md`Incident: ${code(issueUrl)}`]),
    ...attempts.map(attemptTable),
    ...(attempts.length === 0 && steps.length > 0 ? [stepTable(steps, mode)] : []),
    ...toWarnings(steps),
    ...timelineTable(modeResult.events),
    ...(skipped.length === 0
      ? []
      : [
          details(md`${pluralize(skipped.length, 'release')} skipped`, [
            table(
              [{ title: 'Release' }, { title: 'Ledger entry' }, { title: 'Reason' }],
              skipped.map(({ revision, id, reason }) => [
                code(shortSha(revision)),
                code(id),
                md`${reason}`,
              ]),
            ),
          ]),
        ]),
  ];
}

function stepTable(steps: ModeResult['steps'], mode: string): Markdown {
  return table(
    [{ title: 'Part' }, { title: mode === 'snapshot' || mode === 'guard' ? 'Saved' : 'Plan' }],
    steps.map(({ title, step }) => [code(title), md`${step}`]),
  );
}

function attemptTable({ plan, applied, touched, verified, state, reason }: Attempt): Markdown {
  const what =
    plan.purpose === 'restore'
      ? md`Restoring the previous state of ${code(shortSha(plan.revision))}`
      : md`Attempt ${plan.attempt}: ${code(shortSha(plan.revision))}`;
  const steps = plan.steps.map(({ title, step }) => {
    const done = applied.get(title);
    const sign = done !== undefined ? '✅' : touched.has(title) ? '❌' : '–';
    return [md`${sign}`, code(title), md`${done ?? step}`];
  });
  const checks = (verified?.checks ?? []).map(({ title, ok, found }) => [
    md`${ok ? '✅' : '❌'}`,
    code(title),
    md`${found}`,
  ]);
  const rows = table([{ title: '' }, { title: 'Step' }, { title: '' }], [...steps, ...checks]);
  const end = state === 'healthy' ? md`` : md` (${reason === '' ? state : reason})`;
  return { markdown: `${heading(3, md`${what}${end}`).markdown}\n\n${rows.markdown}` };
}

function toWarnings(steps: ModeResult['steps']): readonly Markdown[] {
  return steps.flatMap(({ title, warnings }) =>
    warnings.map((warning) => md`⚠️ ${code(title)}: ${warning}`),
  );
}

function createAnnotations(
  modeResult: ModeResult,
  verdict: Verdict,
  inputs: ReportInputs,
): readonly Annotation[] {
  const { result, message, remedy, steps } = modeResult;
  const warnings = steps.flatMap(({ title, warnings: all }) =>
    all.map((warning): Annotation => ({ level: 'warning', title, message: warning })),
  );
  if (verdict === 'pass') return warnings;
  const level = verdict === 'warn' ? 'warning' : 'error';
  const text = remedy === '' ? `${message}.` : `${message}. ${remedy}`;
  return [{ level, title: `${inputs.environment}: ${result}`, message: text }, ...warnings];
}
