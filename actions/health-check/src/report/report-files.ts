import type { OutcomeFile } from '@repo/core/action/outcome';
import { describeError } from '@repo/core/errors/describe-error';
import type { CheckResult } from '../check.ts';
import type { Context } from '../context.ts';
import { withExcerpt } from './evidence-excerpt.ts';
import type { Timing } from './junit.ts';

import type { WorkflowMetrics } from './workflow-metrics.ts';

/** Metrics of the workflow are optional, so GitHub gets little time. */
const GITHUB_TIMEOUT_MS = 3_000;

/** Creates the requested report files; the JSON report is not among them. */
export async function createReportFiles(
  results: readonly CheckResult[],
  timing: Timing,
  context: Context,
): Promise<readonly OutcomeFile[]> {
  const { inputs } = context;
  const files: OutcomeFile[] = [];
  if (inputs.reportJunit !== '') {
    const { junit } = await import('./junit.ts');
    const excerpts = results.map((result) => withExcerpt(result, inputs.bodyExcerpt));
    files.push({ path: inputs.reportJunit, content: junit(excerpts, timing) });
  }
  if (inputs.reportPrometheus !== '') {
    const { prometheus } = await import('./prometheus.ts');
    const workflow = await tryReadWorkflowMetrics(context);
    const content = prometheus(results, timing.startedAt + timing.durationMs, workflow);
    files.push({ path: inputs.reportPrometheus, content });
  }
  if (inputs.badgeFile !== '') {
    const { badge } = await import('./badge.ts');
    files.push({ path: inputs.badgeFile, content: badge(results) });
  }
  return files;
}

/** Logs a message instead when the token must not read runs. */
async function tryReadWorkflowMetrics(context: Context): Promise<WorkflowMetrics | undefined> {
  const { inputs, run, log, redact } = context;
  const { githubToken = '' } = inputs;
  if (githubToken === '' || run.runId === '') return undefined;
  const [{ connectGitHub }, { readSettings }, { readWorkflowMetrics }] = await Promise.all([
    import('@repo/github/connect'),
    import('@repo/github/settings'),
    import('./workflow-metrics.ts'),
  ]);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(GITHUB_TIMEOUT_MS)]);
  try {
    const github = await connectGitHub(readSettings({ ...context, signal }, githubToken, 'read'));
    return await readWorkflowMetrics(github, run);
  } catch (error) {
    log.info(`Metrics of the workflow are omitted: ${describeError(error, redact)}`);
    return undefined;
  }
}
