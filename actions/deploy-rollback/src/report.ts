import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import type { Finding } from './finding.ts';
import type { Inputs } from './inputs.ts';
import type { Attempt } from './journal/progress.ts';
import { shortSha } from './revision.ts';
import { timelineOf, timelineTable } from './timeline.ts';
import { verdictOf } from './verdict.ts';

/** A step's outputs share 1 MB; the plan must leave room for the others, characters. */
const LONGEST_PLAN = 200_000;

type ReportInputs = Pick<Inputs, 'mode' | 'environment' | 'failAfterRollback'>;

/** The finding in all the forms that people and workflows read. */
export function report(found: Finding, inputs: ReportInputs, durationMs: number): Outcome {
  const { result, message, remedy, from, to, entryId, snapshotId, recoverMs } = found;
  return {
    verdict: verdictOf(found, inputs),
    message,
    outputs: {
      result,
      from,
      to,
      'deployment-id': entryId,
      'snapshot-id': snapshotId,
      attempts: found.attempts.filter(({ about }) => about.purpose === 'rollback').length,
      'duration-ms': durationMs,
      'time-to-recover-ms': recoverMs ?? '',
      'rollbacks-in-window': found.rollbacksInWindow,
      plan: planOf(found),
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
      issue: found.issue,
      recoverMs: recoverMs ?? null,
      rollbacksInWindow: found.rollbacksInWindow,
      steps: found.steps,
      passedOver: found.passedOver,
      attempts: found.attempts.map(attemptFacts),
      timeline: timelineOf(found.events),
    },
    summary: summaryOf(found, inputs),
    annotations: annotationsOf(found, inputs),
  };
}

function planOf({ from, to, snapshotId, steps, passedOver }: Finding): string {
  const whole = JSON.stringify({ from, to, snapshotId, steps, passedOver });
  return whole.length <= LONGEST_PLAN
    ? whole
    : JSON.stringify({ from, to, snapshotId, steps, passedOver: [] });
}

function attemptFacts({ about, state, why, applied, verified, markedBad }: Attempt) {
  return {
    attempt: about.attempt,
    purpose: about.purpose,
    revision: about.revision,
    entryId: about.entryId,
    snapshotId: about.snapshotId,
    state,
    why,
    markedBad,
    applied: [...applied].map(([title, done]) => ({ title, done })),
    checks: verified?.checks ?? [],
  };
}

const SIGNS: Readonly<Record<Finding['result'], string>> = {
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

function summaryOf(found: Finding, { mode, environment }: ReportInputs): readonly Markdown[] {
  const { result, message, remedy, steps, attempts, passedOver, recoverMs, issue } = found;
  return [
    heading(2, md`deploy-rollback: ${environment}`),
    md`${SIGNS[result]} **${message}.**${remedy === '' ? '' : md` ${remedy}`}`,
    ...(recoverMs === undefined
      ? []
      : [
          md`Verified after ${formatDuration(recoverMs)}; rollbacks in the window of max-rollbacks: ${found.rollbacksInWindow}.`,
        ]),
    ...(issue === '' ? [] : [md`It is told in ${code(issue)}.`]),
    ...attempts.map(attemptTable),
    ...(attempts.length === 0 && steps.length > 0 ? [stepTable(steps, mode)] : []),
    ...warningsOf(steps),
    ...timelineTable(found.events),
    ...(passedOver.length === 0
      ? []
      : [
          details(md`${passedOver.length} passed over, and why`, [
            table(
              [{ title: 'Release' }, { title: 'Entry' }, { title: 'It …' }],
              passedOver.map(({ revision, id, why }) => [
                code(shortSha(revision)),
                code(id),
                md`${why}`,
              ]),
            ),
          ]),
        ]),
  ];
}

function stepTable(steps: Finding['steps'], mode: string): Markdown {
  return table(
    [{ title: 'Part' }, { title: mode === 'snapshot' || mode === 'guard' ? 'Kept' : 'Would do' }],
    steps.map(({ title, step }) => [code(title), md`${step}`]),
  );
}

function attemptTable({ about, applied, touched, verified, state, why }: Attempt): Markdown {
  const what =
    about.purpose === 'restore'
      ? md`Putting back ${code(shortSha(about.revision))}, which was there before`
      : md`Attempt ${about.attempt}: ${code(shortSha(about.revision))}`;
  const steps = about.steps.map(({ title, step }) => {
    const done = applied.get(title);
    const fate = done !== undefined ? '✅' : touched.has(title) ? '❌' : '–';
    return [md`${fate}`, code(title), md`${done ?? step}`];
  });
  const checks = (verified?.checks ?? []).map(({ title, ok, found }) => [
    md`${ok ? '✅' : '❌'}`,
    code(title),
    md`${found}`,
  ]);
  const rows = table([{ title: '' }, { title: 'Step' }, { title: '' }], [...steps, ...checks]);
  const end = state === 'well' ? md`` : md` (${why === '' ? state : why})`;
  return { markdown: `${heading(3, md`${what}${end}`).markdown}\n\n${rows.markdown}` };
}

function warningsOf(steps: Finding['steps']): readonly Markdown[] {
  return steps.flatMap(({ title, warnings }) =>
    warnings.map((warning) => md`⚠️ ${code(title)}: ${warning}`),
  );
}

function annotationsOf(found: Finding, inputs: ReportInputs): readonly Annotation[] {
  const { result, message, remedy, steps } = found;
  const verdict = verdictOf(found, inputs);
  const warnings = steps.flatMap(({ title, warnings: all }) =>
    all.map((warning): Annotation => ({ level: 'warning', title, message: warning })),
  );
  if (verdict === 'pass') return warnings;
  const level = verdict === 'warn' ? 'warning' : 'error';
  const text = remedy === '' ? `${message}.` : `${message}. ${remedy}`;
  return [{ level, title: `${inputs.environment}: ${result}`, message: text }, ...warnings];
}
