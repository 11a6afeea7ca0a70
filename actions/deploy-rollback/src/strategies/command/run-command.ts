import { isActionVariable } from '@repo/core/process/action-variables';
import type { Output } from '@repo/core/process/exec';
import type { Argv } from '../argv.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { describeFailure, logOutput } from '../program-output.ts';
import type { Ports } from '../strategy.ts';

/** Bytes of stdout, and of stderr, that are read. */
const MAX_OUTPUT_BYTES = 2 ** 20;

export interface CommandRun {
  readonly step: 'capture' | 'preflight' | 'apply' | 'identify';
  readonly argv: Argv;
  readonly variables: Readonly<Record<string, string>>;
  /** Written to its standard input as JSON. */
  readonly plan: object;
  readonly timeoutMs: number;
}

/** A command of the user that has exited. */
export type ExitedCommand = Output & { readonly exitCode: number };

/**
 * Runs a command of the user in the workspace, without a shell, and logs its output.
 *
 * @returns the reason as a text if the command did not exit
 */
export async function runCommand(
  { step, argv, variables, plan, timeoutMs }: CommandRun,
  { exec, log, clock, signal, workspace }: Ports,
): Promise<ExitedCommand | string> {
  const execution = await withHeartbeat(`Running ${step}`, { clock, log }, () =>
    exec({
      argv,
      cwd: workspace,
      env: { ...variables, ROLLBACK_STEP: step },
      withhold: isActionVariable,
      stdin: `${JSON.stringify({ step, ...plan })}\n`,
      timeoutMs,
      signal,
      maxBytes: MAX_OUTPUT_BYTES,
    }),
  );
  signal.throwIfAborted();
  if (execution.state !== 'not-started') await logOutput(`Output of ${step}`, execution, log);
  return execution.state === 'exited' ? execution : describeFailure(execution, timeoutMs);
}
