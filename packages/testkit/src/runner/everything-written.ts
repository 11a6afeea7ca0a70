import { readFileSync } from 'node:fs';
import type { RunResult, StageResult } from './run-action.ts';

/**
 * Returns everything that a run wrote, unmasked, to search it for secrets: both streams (command
 * data also unescaped), the command files, and every file below RUNNER_TEMP and the workspace.
 * Excludes `add-mask` commands, which contain the secret. Call it before the result is disposed.
 * Throws if a file is missing.
 */
export function everythingWritten(result: RunResult): string {
  return [result, ...(result.post ? [result.post] : [])].flatMap(readStage).join('\n');
}

function readStage(stage: StageResult): readonly string[] {
  return [
    ...stage.printed,
    ...Object.values(stage.commandFiles),
    ...stage.files.flatMap((file) => [file, readFileSync(file, 'utf8')]),
  ];
}
