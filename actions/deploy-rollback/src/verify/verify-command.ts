import { createExecTarget } from '@repo/checks/kinds/exec';
import { plain } from '@repo/core/text/untrusted';
import { createVerifyCheck, type VerifyCheck } from './verify-check.ts';

/** The command has to exit with 0. It runs without a shell. */
export function createVerifyCommandCheck(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  workspace: string,
): VerifyCheck {
  const target = createExecTarget(argv, env);
  const title = `command ${plain(target.description, 80)}`;
  return createVerifyCheck({ title, target, workspace });
}
