import { cancellationIn, stopSignal } from '../process/cancellation.ts';
import { systemClock } from '../process/clock.ts';
import type { Action, SharedInputs } from './action.ts';
import type { ActionContext } from './context.ts';
import { type Emitter, emitter } from './emitter.ts';
import { requireNode } from './node-version.ts';
import type { Outcome } from './outcome.ts';
import { type Environment, readRunInfo, workspaceOf } from './run-info.ts';

/**
 * The state by which the second run of the same program knows that it is the `post` of the first, and
 * whether the first came further than its inputs.
 */
const POST = 'post';
const BEGUN = 'begun';
const READ = 'read';
/** Time that open sockets get to close by themselves once everything has been said. */
const LINGER_MS = 1_000;

/**
 * Runs an action as the runner expects it, and is the only place that has effects on the process:
 * reads the inputs, prints, writes outputs, summary and report, sets the exit code.
 *
 * Exit code 1: the verdict reaches `fail-on`, an input is invalid, something outside failed, or
 * there is a bug; only a bug shows its stack. A run that comes to no answer has the outputs
 * `verdict` (`unknown`) and `message` all the same.
 *
 * An action with a `post` is run again at the end of the job, in a process of its own.
 */
export async function runAction<Inputs extends SharedInputs>(
  action: Action<Inputs>,
): Promise<void> {
  const env: Environment = process.env;
  const emit = emitter(env);
  let answered = false;
  const giveUp = (error: unknown): string => {
    process.exitCode = 1;
    const message = emit.failure(action.name, error);
    try {
      if (!answered) emit.outputs({ verdict: 'unknown', message });
    } catch (fault) {
      emit.failure(action.name, fault);
    }
    return message;
  };
  const giveUpAtOnce = (error: unknown) => {
    giveUp(error);
    process.exit();
  };
  // Nothing is left that could ever wake us up: without this, Node would end with success.
  const forgotten = () => giveUpAtOnce(new Error('the action waits for what never happens'));
  // An error that escaped from everything: a timer, a socket without a listener.
  process.on('uncaughtException', giveUpAtOnce);
  process.once('beforeExit', forgotten);
  let inputs: Inputs | undefined;
  const signal = stopSignal(process);
  try {
    requireNode(process.versions.node);
    const startedAt = new Date();
    const start = systemClock.monotonic();
    const before = action.post && emit.state.read(POST);
    const isPost = before === BEGUN || before === READ;
    // Before anything can fail: whatever becomes of this run, the next one is not another like it.
    if (before === '') emit.state.save(POST, BEGUN);
    let outcome: Outcome | undefined;
    // The mistakes in the inputs have been told, and nothing was begun.
    if (before !== BEGUN) {
      inputs = await action.inputs.parse(emit.input, emit.mask);
      if (before === '') emit.state.save(POST, READ);
      const work = isPost && action.post ? action.post : action.run;
      outcome = await work(inputs, contextOf(env, emit, signal));
    }
    answered = true;
    const durationMs = Math.round(systemClock.monotonic() - start);
    if (inputs && outcome) {
      const { publishOutcome } = await import('./publish-outcome.ts');
      const run = { startedAt, durationMs, isPost };
      await publishOutcome(action, inputs, outcome, run, env, emit, signal);
    }
    process.exitCode = inputs && outcome && isFailure(action, inputs, outcome) ? 1 : 0;
  } catch (error) {
    const message = giveUp(error);
    // Who wants to hear of failures wants to hear of this one; a cancel is somebody's wish.
    if (inputs && !cancellationIn(error)) {
      const { sendNotification } = await import('./publish-outcome.ts');
      const told = { verdict: 'unknown', message } as const;
      await sendNotification(action.name, inputs, told, env, emit, signal);
    }
  }
  process.off('beforeExit', forgotten);
  // A socket that a stranger keeps open must not keep the job waiting.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function contextOf(env: Environment, emit: Emitter, signal: AbortSignal): ActionContext {
  return {
    log: emit.log,
    clock: systemClock,
    signal,
    run: readRunInfo(env),
    workspace: workspaceOf(env),
    mask: emit.mask,
    redact: emit.redact,
    state: emit.state,
    variable: (name) => env[name] ?? '',
  };
}

function isFailure<Inputs extends SharedInputs>(
  { failOn }: Action<Inputs>,
  inputs: Inputs,
  { verdict }: Outcome,
): boolean {
  const failing = failOn[inputs.failOn];
  // A gate that does not know when to close must not stay open.
  if (failing === undefined) throw new Error(`fail-on has no verdicts for "${inputs.failOn}"`);
  return failing.includes(verdict);
}
