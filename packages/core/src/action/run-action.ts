import { ActionError } from '../errors/action-error.ts';
import { cancellationIn, stopSignal } from '../process/cancellation.ts';
import { systemClock } from '../process/clock.ts';
import { ignoreWorkingFolder } from '../process/program-search.ts';
import type { Action, SharedInputs } from './action.ts';
import type { ActionContext } from './context.ts';
import { type Emitter, emitter } from './emitter.ts';
import type { Outcome } from './outcome.ts';
import { type Environment, getWorkspace, readRunInfo } from './run-info.ts';
import { readSecretVariables } from './secret-variables.ts';

/**
 * The saved state that tells the `post` run of the program that it is not the main run, and whether
 * the main run got past its inputs.
 */
const POST = 'post';
const BEGUN = 'begun';
const READ = 'read';
/** The variables that set a proxy. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];
/** How long open sockets may take to close at the end. */
const LINGER_MS = 1_000;

/**
 * Runs an action. Only this function affects the process: it reads the inputs, prints, writes outputs,
 * summary and report, and sets the exit code.
 *
 * The exit code is 1 if the verdict reaches `fail-on`, an input is invalid, an external operation
 * failed, or the action has a bug. Only a bug prints a stack. A run without a result still sets the
 * outputs `verdict` (`unknown`) and `message`.
 *
 * An action with `post` runs again at the end of the job, in another process.
 */
export async function runAction<Inputs extends SharedInputs>(
  action: Action<Inputs>,
): Promise<void> {
  const env: Environment = process.env;
  ignoreWorkingFolder(process.env);
  const emit = emitter(env);
  readSecretVariables(env).forEach(emit.mask);
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
  // If nothing is left to wait for, Node exits with success, although the action has not finished.
  const stopStalled = () =>
    giveUpAtOnce(new Error('the action waits for an event that never happens'));
  // An error outside of the call stack of `run`: in a timer, or a socket without a listener.
  process.on('uncaughtException', giveUpAtOnce);
  process.once('beforeExit', stopStalled);
  let inputs: Inputs | undefined;
  const signal = stopSignal(process);
  try {
    requireNode(process.versions.node, process.arch);
    if (PROXY_VARIABLES.some((name) => env[name])) await setProxies(env, emit);
    const startedAt = new Date();
    const start = systemClock.monotonic();
    const before = action.post && emit.state.read(POST);
    const isPost = before === BEGUN || before === READ;
    // Saved before anything can fail, because the next run of this program is always `post`.
    if (before === '') emit.state.save(POST, BEGUN);
    let outcome: Outcome | undefined;
    // After invalid inputs, `post` has nothing to do.
    if (before !== BEGUN) {
      inputs = await action.inputs.parse(emit.input, emit.mask);
      if (before === '') emit.state.save(POST, READ);
      const work = isPost && action.post ? action.post : action.run;
      outcome = await work(inputs, createContext(env, emit, signal));
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
    // A cancellation is intended, so it sends no notification.
    if (inputs && !cancellationIn(error)) {
      const { sendNotification } = await import('./publish-outcome.ts');
      const result = { verdict: 'unknown', message } as const;
      await sendNotification(action.name, inputs, result, env, emit, signal);
    }
  }
  process.off('beforeExit', stopStalled);
  // A socket that a remote host keeps open must not block the job.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Loaded on demand, because it takes 90 ms. */
async function setProxies(env: Environment, emit: Emitter): Promise<void> {
  const { readProxies } = await import('./proxies.ts');
  const proxies = readProxies((name) => env[name] ?? '');
  if (proxies === undefined) return;
  const { secretsOfUrl } = await import('../inputs/http-url.ts');
  for (const url of Object.values(proxies.variables)) secretsOfUrl(url).forEach(emit.mask);
  const { useProxies } = await import('./use-proxies.ts');
  emit.annotations(useProxies(proxies));
}

function createContext(env: Environment, emit: Emitter, signal: AbortSignal): ActionContext {
  return {
    log: emit.log,
    clock: systemClock,
    signal,
    run: readRunInfo(env),
    workspace: getWorkspace(env),
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
  // Without verdicts to fail on, the step would always pass.
  if (failing === undefined) throw new Error(`fail-on has no verdicts for "${inputs.failOn}"`);
  return failing.includes(verdict);
}

/** The version in action.yml (`using: node24`). */
const REQUIRED = 24;

/**
 * Throws an {@link ActionError} if Node is too old. GitHub's runner uses the version in action.yml, except
 * on Linux ARM32, and other implementations of a runner may use any. The action would fail later at a
 * missing feature.
 *
 * @param version the value of `process.versions.node`: `24.3.0`
 * @param arch the value of `process.arch`: `x64`
 */
export function requireNode(version: string, arch: string): void {
  if (Number.parseInt(version, 10) >= REQUIRED) return;
  throw new ActionError(`the action requires Node ${REQUIRED}, but runs on Node ${version}`, {
    remedy:
      arch === 'arm'
        ? `The runner has no Node ${REQUIRED} for 32-bit ARM and uses Node 20. Use a 64-bit runner.`
        : 'Update the runner to version 2.327.1 or later (2.336.0 for guarded-deploy and the reusable workflows).',
  });
}
