import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { describeBatchFile, locateProgram } from '@repo/core/process/locate-program';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { type Argv, argv } from '../argv.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import {
  fillPlaceholders,
  fillPlaceholdersInText,
  type PlaceholderValues,
} from './placeholders.ts';
import { type CommandRun, type ExitedCommand, runCommand } from './run-command.ts';

/** A longer output of `capture` is stored in a file, and is not a placeholder. */
const MAX_CAPTURED_CHARS = 1_000;

const text = v.pipe(v.string(), v.nonEmpty('is empty\nRemove it.'));

const options = v.strictObject(
  {
    name: v.optional(text),
    capture: v.optional(argv),
    preflight: v.optional(argv),
    apply: argv,
    identify: v.optional(argv),
    expect: v.optional(text),
    timeout: v.optional(field(duration({ min: 1 })), '5m'),
  },
  'command supports name, capture, preflight, apply, identify, expect and timeout.',
);

type Options = v.InferOutput<typeof options>;

const partSchema = v.object({
  format: v.literal('command/v1'),
  /** The output of `capture`, without the end of the line. */
  output: v.pipe(v.string(), v.maxLength(MAX_CAPTURED_CHARS), v.regex(/^[^\0\r\n]*$/)),
});

/** Restores with programs of the user. */
export const command = strategyModule<Options>({
  name: 'command',
  options: v.pipe(
    options,
    v.check(
      ({ expect, identify }) => expect === undefined || identify !== undefined,
      'has expect without identify\nSet identify to the command that prints the current release.',
    ),
  ),
  create: (given): Strategy => ({
    name: 'command',
    title: `command ${plain(given.name ?? given.apply.join(' '), 200)}`,
    ...(given.capture && {
      capture: (folder: string, ports: Ports) =>
        capture(given, given.capture as Argv, folder, ports),
    }),
    preflight: (target, ports) => preflight(given, target, ports),
    apply: async (target, ports) => {
      const values = getValues(given, target);
      const exited = await runStepOrFail(given, target, values, 'apply', given.apply, ports);
      const output = plain(exited.stdout.trimEnd().split('\n').at(-1) ?? '');
      return { done: output === '' ? 'the command succeeded' : output };
    },
    ...(given.identify && {
      identify: (target: Target, ports: Ports) =>
        identify(given, given.identify as Argv, target, ports),
    }),
  }),
});

async function capture(
  { timeout }: Options,
  argv: Argv,
  folder: string,
  ports: Ports,
): Promise<Part> {
  const values = { to: undefined, from: undefined, rollbackId: undefined, captured: undefined };
  const exited = await runCommand(
    {
      step: 'capture',
      argv: fillPlaceholders(argv, values),
      variables: { ROLLBACK_SNAPSHOT: folder },
      plan: { snapshot: folder },
      timeoutMs: timeout,
    },
    ports,
  );
  if (typeof exited === 'string') throw createFailed('capture', exited);
  if (exited.exitCode !== 0) throw createFailed('capture', describeExit(exited));
  const output = exited.stdout.replace(/(?:\r?\n)+$/, '');
  // One line can be an argument. The command can read a longer output from the file.
  if (output.length > MAX_CAPTURED_CHARS || /[\0\r\n]/.test(output)) {
    await writeFile(join(folder, 'output'), exited.stdout, { mode: 0o600, flag: 'wx' });
    return { format: 'command/v1', output: '' };
  }
  return { format: 'command/v1', output };
}

function preflight(given: Options, target: Target, ports: Ports): Promise<Preflight> {
  return runPreflight(async () => {
    const values = getValues(given, target);
    const argv = fillPlaceholders(given.apply, values);
    requireProgram(argv[0], ports);
    const step = `runs ${plain(argv.join(' '))}`;
    if (given.preflight === undefined) {
      const warning = `${plain(argv[0], 60)}: preflight is not set, so problems are only found when apply runs`;
      return { step, warnings: [warning] };
    }
    await runStepOrFail(given, target, values, 'preflight', given.preflight, ports);
    return { step, warnings: [] };
  });
}

async function identify(
  given: Options,
  argv: Argv,
  target: Target,
  ports: Ports,
): Promise<Identity> {
  const values = getValues(given, target);
  const exited = await runStep(given, target, values, 'identify', argv, ports);
  if (typeof exited === 'string') return { kind: 'unknown', reason: exited };
  const found = plain(exited.stdout.trim());
  if (exited.exitCode !== 0) {
    return { kind: 'other', found: describeExit(exited), expected: 'exit code 0' };
  }
  if (given.expect === undefined) return { kind: 'same', found: found || 'exit code 0' };
  const expected = plain(fillPlaceholdersInText(given.expect, values));
  return found === expected ? { kind: 'same', found } : { kind: 'other', found, expected };
}

/** @throws ActionError if the command fails */
async function runStepOrFail(
  ...[given, target, values, step, argv, ports]: Parameters<typeof runStep>
): Promise<ExitedCommand> {
  const exited = await runStep(given, target, values, step, argv, ports);
  if (typeof exited === 'string') throw createFailed(step, exited);
  if (exited.exitCode !== 0) throw createFailed(step, describeExit(exited));
  return exited;
}

function runStep(
  { timeout }: Options,
  { revision, badRelease, deploymentId, rollbackId, snapshot }: Target,
  values: PlaceholderValues,
  step: CommandRun['step'],
  argv: Argv,
  ports: Ports,
): Promise<ExitedCommand | string> {
  const plan = {
    to: revision,
    from: badRelease,
    rollbackId,
    deploymentId,
    captured: values.captured,
    snapshot: snapshot?.folder,
    takenMs: snapshot?.takenMs,
  };
  const variables = {
    ROLLBACK_TO: revision,
    ROLLBACK_FROM: badRelease,
    ROLLBACK_ID: rollbackId,
    ROLLBACK_DEPLOYMENT_ID: deploymentId === undefined ? '' : String(deploymentId),
    ROLLBACK_CAPTURED: values.captured ?? '',
    ROLLBACK_SNAPSHOT: snapshot?.folder ?? '',
  };
  const filled = fillPlaceholders(argv, values);
  return runCommand({ step, argv: filled, variables, plan, timeoutMs: timeout }, ports);
}

function getValues({ capture }: Options, target: Target): PlaceholderValues {
  return {
    to: target.revision,
    from: target.badRelease,
    rollbackId: target.rollbackId,
    captured: capture === undefined ? undefined : readSnapshotPart(target, partSchema).part.output,
  };
}

function requireProgram(
  program: string,
  { variable, workspace }: Pick<Ports, 'variable' | 'workspace'>,
): void {
  const located = locateProgram(program, { cwd: workspace, path: variable('PATH') });
  if (located.kind === 'found') return;
  if (located.kind === 'batch') {
    const { message, remedy } = describeBatchFile(program, located.path);
    throw new ActionError(message, { remedy });
  }
  throw new ActionError(`${plain(program, 100)} is not installed on the runner`, {
    remedy: 'Install it, or set its path.',
  });
}

function describeExit({ exitCode, stderr, stdout }: ExitedCommand): string {
  const output = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  return plain(`exit code ${exitCode}${output === '' ? '' : `, ${output}`}`);
}

function createFailed(step: string, reason: string): ActionError {
  return new ActionError(`the ${step} command failed: ${plain(reason)}`, {
    remedy: 'See its output in the log.',
  });
}
