import { readFileSync } from 'node:fs';
import type { RunResult, StageResult } from './run-action.ts';

/**
 * All that a run wrote anywhere, unmasked, as one string to look for secrets in: both streams
 * (the data of commands unescaped too), the command files and every file below RUNNER_TEMP and the workspace.
 * Left out are the `add-mask` commands, which must hold the secret. Call it before the result is
 * disposed; throws when a file is gone.
 */
export function everythingWritten(result: RunResult): string {
  return [result, ...(result.post ? [result.post] : [])].flatMap(writtenBy).join('\n');
}

function writtenBy(stage: StageResult): readonly string[] {
  return [
    ...stage.printed,
    ...Object.values(stage.commandFiles),
    ...stage.files.flatMap((file) => [file, readFileSync(file, 'utf8')]),
  ];
}
