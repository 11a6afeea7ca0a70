import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { code, heading, md, table } from '@repo/core/summary/markdown';
import type { Inputs } from '../inputs.ts';
import { type Finding, lintComposeFiles } from '../lint/lint.ts';
import { NO_OUTPUTS } from '../report/empty-report.ts';

/** Reports objects without labels, and mounts shared with services that are not cleaned up. */
export async function lint(
  { composeFiles, labels }: Inputs,
  { workspace }: ActionContext,
): Promise<Outcome> {
  return report(await lintComposeFiles(composeFiles, workspace, labels), composeFiles.length);
}

function report(findings: readonly Finding[], fileCount: number): Outcome {
  const count = (kind: Finding['kind']) => findings.filter((one) => one.kind === kind).length;
  const [missing, shared] = [count('missing-labels'), count('shared')];
  const files = fileCount === 1 ? 'The compose file' : `All ${fileCount} compose files`;
  const message =
    findings.length === 0
      ? `${files} can be cleaned up by labels`
      : `${missing} without labels, ${shared} shared with services that are not cleaned up`;
  return {
    verdict: shared > 0 ? 'fail' : missing > 0 ? 'warn' : 'pass',
    message,
    outputs: NO_OUTPUTS,
    result: { mode: 'lint', findings },
    summary: [
      heading(2, md`docker-label-cleanup: lint`),
      md`${message}`,
      ...(findings.length === 0
        ? []
        : [
            table(
              [{ title: 'Location' }, { title: 'Problem' }],
              findings.map(({ file, line, message: problem }) => [
                code(`${file}:${line}`),
                md`${problem}`,
              ]),
            ),
          ]),
    ],
    annotations: findings.map(({ file, line, kind, message: problem }) => ({
      level: kind === 'shared' ? 'error' : 'warning',
      title: kind === 'shared' ? 'Shared with production' : 'Missing labels',
      message: problem,
      file,
      line,
    })),
  };
}
