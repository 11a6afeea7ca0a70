import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { InputError } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import { code, heading, md, table } from '@repo/core/summary/markdown';
import type { Inputs } from '../inputs.ts';
import { NO_OUTPUTS } from '../report.ts';
import { type ComposeFile, readCompose } from './compose-file.ts';
import { type Finding, findingsIn } from './findings.ts';

/** Looks into compose files for what a clean-up by these labels would leave, or take too much. */
export async function lint(
  { composeFiles, labels }: Inputs,
  { workspace }: ActionContext,
): Promise<Outcome> {
  const files = await Promise.all(composeFiles.map((path) => compose(path, workspace)));
  return lintReport(findingsIn(files, labels), composeFiles.length);
}

async function compose(path: string, workspace: string): Promise<ComposeFile> {
  const absolute = resolve(workspace, path);
  const text = await readFile(absolute, 'utf8').catch((error) => {
    throw new InputError([unreadableFile('compose-files', path, error)]);
  });
  return readCompose(text, path, absolute);
}

function lintReport(findings: readonly Finding[], files: number): Outcome {
  const count = (kind: Finding['kind']) => findings.filter((one) => one.kind === kind).length;
  const [missing, shared] = [count('missing-labels'), count('shared')];
  const message =
    findings.length === 0
      ? `All of ${files === 1 ? 'the compose file' : `${files} compose files`} can be cleaned up by its labels`
      : `${missing} without labels, ${shared} shared with what is not cleaned up`;
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
              [{ title: 'Where' }, { title: 'What' }],
              findings.map(({ file, line, message: what }) => [
                code(`${file}:${line}`),
                md`${what}`,
              ]),
            ),
          ]),
    ],
    annotations: findings.map(({ file, line, kind, message: what }) => ({
      level: kind === 'shared' ? 'error' : 'warning',
      title: kind === 'shared' ? 'Shared with production' : 'Labels are missing',
      message: what,
      file,
      line,
    })),
  };
}
