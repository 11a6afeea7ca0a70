import { isActionVariable } from '@repo/core/process/action-variables';
import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import type { Answer, VerifyCheck } from './check.ts';

/** A command ends with 0. No shell reads it. */
export function commandCheck(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  { exec, workspace }: { readonly exec: Exec; readonly workspace: string },
): VerifyCheck {
  return {
    title: `command ${plain(argv.join(' '), 80)}`,
    secrets: [],
    attempt: async ({ timeoutMs, signal }): Promise<Answer> => {
      const execution = await exec({
        argv,
        cwd: workspace,
        env,
        withhold: isActionVariable,
        timeoutMs,
        signal,
      });
      if (execution.state === 'not-started') return { ok: false, found: execution.reason };
      const said = plain(execution.stderr || execution.stdout, 120);
      const words = said === '' ? '' : `: ${said}`;
      if (execution.state !== 'exited') return { ok: false, found: `${execution.state}${words}` };
      const { exitCode } = execution;
      return exitCode === 0
        ? { ok: true, found: 'ended with 0' }
        : { ok: false, found: `ended with ${exitCode}${words}` };
    },
  };
}
