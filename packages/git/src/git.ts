import { ActionError } from '@repo/core/errors/action-error';
import { isActionVariable } from '@repo/core/process/action-variables';
import type { Exec, Execution } from '@repo/core/process/exec';
import { BOT, BOT_ENVIRONMENT, ENVIRONMENT, gitArguments, MAX_BYTES } from './command-line.ts';

const TIMEOUT_MS = 120_000;

export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

export interface GitResult {
  /** Exit code 0. */
  readonly ok: boolean;
  /** Without the line breaks at the end. */
  readonly stdout: string;
  readonly stderr: string;
  /** Why the command failed: what git printed on stderr, or why it did not run or finish. */
  readonly problem: string;
}

/** Runs git in one folder. */
export interface Git {
  /** Returns stdout. Throws an ActionError with the message of git if the command fails. */
  readonly run: (args: readonly string[], options?: GitOptions) => Promise<string>;
  /** Returns stdout, or `undefined` if the command fails. */
  readonly query: (args: readonly string[], options?: GitOptions) => Promise<string | undefined>;
  /** Returns the result, whatever it is. Never throws. */
  readonly execute: (args: readonly string[], options?: GitOptions) => Promise<GitResult>;
}

export interface GitSettings {
  readonly cwd: string;
  readonly exec: Exec;
  readonly signal: AbortSignal;
  /** For one command. */
  readonly timeoutMs?: number;
  /** Whether the hooks of the repository run. Default: no. */
  readonly hooks?: boolean;
  /** Who commits: always the bot, or the bot only if no user is configured. Default: `bot`. */
  readonly identity?: 'bot' | 'configured';
  /** How to fix a command that fails. */
  readonly remedy?: string;
}

/** `run` and `query` throw the reason of the signal once it is aborted. */
export function createGit({
  cwd,
  exec,
  signal,
  timeoutMs = TIMEOUT_MS,
  hooks = false,
  identity = 'bot',
  remedy = 'Check that the workspace is a git checkout and that its remote can be reached.',
}: GitSettings): Git {
  const call = async (
    args: readonly string[],
    { env, stdin }: GitOptions = {},
  ): Promise<GitResult> => {
    const execution = await exec({
      argv: gitArguments(cwd, args, hooks),
      cwd,
      env: { ...ENVIRONMENT, ...(identity === 'bot' && BOT_ENVIRONMENT), ...env },
      withhold: isActionVariable,
      ...(stdin !== undefined && { stdin }),
      timeoutMs,
      signal,
      maxBytes: MAX_BYTES,
    });
    return toResult(execution);
  };
  let isConfigured: Promise<boolean> | undefined;
  const botOptions = async (): Promise<readonly string[]> => {
    if (identity === 'bot') return [];
    isConfigured ??= call(['config', 'user.email']).then(({ ok }) => ok);
    if (await isConfigured) return [];
    return ['-c', `user.name=${BOT.name}`, '-c', `user.email=${BOT.email}`];
  };
  const execute: Git['execute'] = async (args, options) =>
    call([...(await botOptions()), ...args], options);
  return {
    execute,
    run: async (args, options) => {
      const { ok, stdout, problem } = await execute(args, options);
      signal.throwIfAborted();
      if (ok) return stdout;
      throw new ActionError(`git ${args[0]} failed`, { remedy, cause: new Error(problem) });
    },
    query: async (args, options) => {
      const { ok, stdout } = await execute(args, options);
      signal.throwIfAborted();
      return ok ? stdout : undefined;
    },
  };
}

function toResult(execution: Execution): GitResult {
  if (execution.state === 'not-started') {
    return { ok: false, stdout: '', stderr: '', problem: execution.reason };
  }
  const stderr = execution.stderr.trim();
  const outcome =
    execution.state === 'exited' ? `exit code ${execution.exitCode}` : execution.state;
  return {
    ok: execution.state === 'exited' && execution.exitCode === 0,
    stdout: execution.stdout.trimEnd(),
    stderr,
    problem: stderr || outcome,
  };
}
