import { isActionVariable } from '@repo/core/process/action-variables';
import type { Output } from '@repo/core/process/exec';
import type { Argv } from '../argv.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { showOutput, whyNot } from '../program-output.ts';
import type { Ports } from '../strategy.ts';

/** Most that is kept of each output, bytes. */
const MOST_BYTES = 2 ** 20;

export interface Call {
  readonly step: 'capture' | 'preflight' | 'apply' | 'identify';
  readonly argv: Argv;
  readonly variables: Readonly<Record<string, string>>;
  /** Becomes JSON on its standard input. */
  readonly plan: object;
  readonly timeoutMs: number;
}

/** A command of the user's that came to an end by itself. */
export type Ended = Output & { readonly exitCode: number };

/**
 * Runs a command of the user's, without a shell, in the workspace. What it prints is shown in a group
 * of the log. The text instead of an ending says why there is none.
 */
export async function call(
  { step, argv, variables, plan, timeoutMs }: Call,
  { exec, log, clock, signal, workspace }: Ports,
): Promise<Ended | string> {
  const execution = await withHeartbeat(`${step} runs`, { clock, log }, () =>
    exec({
      argv,
      cwd: workspace,
      env: { ...variables, ROLLBACK_STEP: step },
      withhold: isActionVariable,
      stdin: `${JSON.stringify({ step, ...plan })}\n`,
      timeoutMs,
      signal,
      maxBytes: MOST_BYTES,
    }),
  );
  signal.throwIfAborted();
  if (execution.state !== 'not-started') await showOutput(`Output of ${step}`, execution, log);
  return execution.state === 'exited' ? execution : whyNot(execution, timeoutMs);
}
