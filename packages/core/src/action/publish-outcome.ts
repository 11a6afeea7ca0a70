import { resolve } from 'node:path';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import type { Action, SharedInputs } from './action.ts';
import type { Emitter } from './emitter.ts';
import type { Outcome } from './outcome.ts';
import { VERDICT_SIGNS } from './outcome.ts';
import { postReportFile, type Report, reportPath } from './report.ts';
import { type Environment, getWorkspace, readRunInfo, runUrl } from './run-info.ts';
import { version } from './version.ts';

/**
 * Publishes an outcome: annotations, log, summary, outputs, report, notifications. The steps that can
 * fail come last, so that a failure hides as little as possible. Throws an ActionError.
 */
export async function publishOutcome<Inputs extends SharedInputs>(
  action: Action<Inputs>,
  inputs: Inputs,
  outcome: Outcome,
  run: { readonly startedAt: Date; readonly durationMs: number; readonly isPost: boolean },
  env: Environment,
  emit: Emitter,
  cancel: AbortSignal,
): Promise<void> {
  const message = emit.plainMessage(outcome.message);
  // One is reserved for failed notifications.
  emit.annotations(outcome.annotations, 1);
  emit.log.info(`${VERDICT_SIGNS[outcome.verdict]} ${message}`);
  if (inputs.summary) emit.summary(outcome.summary);

  const workspace = getWorkspace(env);
  const given = run.isPost ? postReportFile(inputs.reportFile) : inputs.reportFile;
  const path = await reportPath(given, action.name, {
    workspace,
    temp: env.RUNNER_TEMP || workspace,
  });
  emit.outputs({
    ...outcome.outputs,
    verdict: outcome.verdict,
    message,
    'report-file': path,
  });
  const report: Report = {
    schema: `${action.name}/v1`,
    action: action.name,
    version,
    startedAt: run.startedAt.toISOString(),
    durationMs: run.durationMs,
    verdict: outcome.verdict,
    message,
    run: readRunInfo(env),
    result: outcome.result,
  };
  await writeFileAtomic(path, emit.report(report));
  for (const file of outcome.files ?? []) {
    await writeFileAtomic(resolve(workspace, file.path), emit.redact(file.content));
  }
  const result = { verdict: outcome.verdict, message };
  await sendNotification(action.name, inputs, result, env, emit, cancel);
}

/** Sends the notifications. A failed notification becomes a warning. Never throws. */
export async function sendNotification(
  action: string,
  { notify: targets, notifyOn }: SharedInputs,
  { verdict, message }: Pick<Outcome, 'verdict' | 'message'>,
  env: Environment,
  emit: Emitter,
  cancel: AbortSignal,
): Promise<void> {
  const wanted = {
    fail: ['fail', 'unknown'],
    warn: ['warn', 'fail', 'unknown'],
    always: [verdict],
  };
  if (targets.length === 0 || !wanted[notifyOn].includes(verdict)) return;
  const { notify } = await import('../notify/notify.ts');
  const { readProxies } = await import('./proxies.ts');
  const run = readRunInfo(env);
  const { repository, workflow } = run;
  const url = runUrl(env.GITHUB_SERVER_URL ?? '', run);
  const proxies = readProxies((name) => env[name] ?? '');
  if (proxies) {
    const { bypassProxies } = await import('./use-proxies.ts');
    bypassProxies(
      proxies,
      targets.map((target) => new URL(target.url)),
    );
  }
  const failures = await notify(
    targets,
    { action, verdict, message, repository, workflow, runUrl: url },
    { cancel, debug: emit.log.debug, ...(proxies && { findProxy: proxies.find }) },
  );
  if (failures.length === 0) return;
  const title = 'Notification not sent';
  emit.annotations([{ level: 'warning', title, message: failures.join('\n') }]);
}
