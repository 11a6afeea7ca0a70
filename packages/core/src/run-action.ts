import type { Action, SharedInputs } from './action.ts';
import { systemClock } from './clock.ts';
import { type Emitter, emitter } from './emitter.ts';
import { type Environment, readRunInfo, runUrl } from './environment.ts';
import { SIGNS } from './notify/message.ts';
import type { Outcome } from './outcome.ts';
import { type Report, reportPath, writeWhole } from './report.ts';
import { stopSignal } from './stop.ts';
import { version } from './version.ts';

/** Time that open sockets get to close by themselves once everything has been said. */
const LINGER_MS = 1_000;

/**
 * Runs an action as the runner expects it, and is the only place that has effects on the process:
 * reads the inputs, prints, writes outputs, summary and report, sets the exit code.
 *
 * Exit code 1: the verdict reaches `fail-on`, an input is invalid, something outside failed, or
 * there is a bug; only a bug shows its stack.
 */
export async function runAction<Inputs extends SharedInputs>(
  action: Action<Inputs>,
): Promise<void> {
  const env: Environment = process.env;
  const emit = emitter(env);
  process.on('uncaughtException', (error) => fatal(emit, action.name, error));
  try {
    process.exitCode = await runAndTell(action, env, emit);
  } catch (error) {
    emit.failure(action.name, error);
    process.exitCode = 1;
  }
  // A socket that a stranger keeps open must not keep the job waiting.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

async function runAndTell<Inputs extends SharedInputs>(
  action: Action<Inputs>,
  env: Environment,
  emit: Emitter,
): Promise<0 | 1> {
  const startedAt = new Date();
  const start = systemClock.monotonic();
  const inputs = await action.inputs.parse(emit.input, emit.mask);
  const workspace = env.GITHUB_WORKSPACE || process.cwd();
  const outcome = await action.run(inputs, {
    log: emit.log,
    clock: systemClock,
    signal: stopSignal(process),
    run: readRunInfo(env),
    workspace,
    mask: emit.mask,
  });

  const path = await reportPath(inputs.reportFile, action.name, {
    workspace,
    temp: env.RUNNER_TEMP || workspace,
  });
  const report: Report = {
    schema: `${action.name}/v1`,
    action: action.name,
    version,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(systemClock.monotonic() - start),
    verdict: outcome.verdict,
    message: outcome.message,
    run: readRunInfo(env),
    result: outcome.result,
  };
  const failed = (action.failOn[inputs.failOn] ?? []).includes(outcome.verdict);
  await writeWhole(path, emit.report(report));
  emit.outputs({
    ...outcome.outputs,
    verdict: outcome.verdict,
    message: outcome.message,
    'report-file': path,
  });
  if (inputs.summary) emit.summary(outcome.summary);
  emit.annotations(outcome.annotations);
  await sendNotification(action.name, inputs, outcome, env, emit);
  emit.log.info(`${SIGNS[outcome.verdict]} ${outcome.message}`);
  return failed ? 1 : 0;
}

async function sendNotification(
  action: string,
  { notify: targets, notifyOn }: SharedInputs,
  { verdict, message }: Outcome,
  env: Environment,
  emit: Emitter,
): Promise<void> {
  const wanted = {
    fail: ['fail', 'unknown'],
    warn: ['warn', 'fail', 'unknown'],
    always: [verdict],
  };
  if (targets.length === 0 || !wanted[notifyOn].includes(verdict)) return;
  const { notify } = await import('./notify/notify.ts');
  const { repository, workflow } = readRunInfo(env);
  const text = emit.plainMessage(message);
  const failures = await notify(targets, {
    action,
    verdict,
    message: text,
    repository,
    workflow,
    runUrl: runUrl(env),
  });
  emit.annotations(
    failures.map((failure) => ({
      level: 'warning',
      title: 'Notification not sent',
      message: failure,
    })),
  );
}

/** An error that escaped from everything: a timer, a socket without a listener. */
function fatal(emit: Emitter, action: string, error: unknown): never {
  emit.failure(action, error);
  process.exit(1);
}
