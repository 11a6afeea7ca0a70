import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { type Argv, argv } from '../argv.ts';
import { keptPart, preflightOf } from '../kept-part.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { type Call, call, type Ended } from './call.ts';
import { fillIn, fillInText, type Values } from './placeholders.ts';

/** Longest output of `capture`, characters: it is to name something, not to carry it. */
const MOST_KEPT = 1_000;

const text = v.pipe(v.string(), v.nonEmpty('is empty\nLeave it out.'));

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
  'command knows name, capture, preflight, apply, identify, expect and timeout.',
);

type Options = v.InferOutput<typeof options>;

const keptSchema = v.object({
  format: v.literal('command/v1'),
  /** What `capture` printed, without the end of the line. */
  output: v.pipe(v.string(), v.maxLength(MOST_KEPT), v.regex(/^[^\0\r\n]*$/)),
});

/** Whatever a program of the user's can bring back. */
export const command = strategyModule<Options>({
  name: 'command',
  options: v.pipe(
    options,
    v.check(
      ({ expect, identify }) => expect === undefined || identify !== undefined,
      'has expect without identify\nWrite identify: the command that prints what runs.',
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
      const values = valuesOf(given, target);
      const ended = await carriedOut(given, target, values, 'apply', given.apply, ports);
      const said = plain(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
      return { done: said === '' ? 'the command ended well' : said };
    },
    ...(given.identify && {
      identify: (target: Target, ports: Ports) =>
        identify(given, given.identify as Argv, target, ports),
    }),
  }),
});

async function capture(
  { timeout }: Options,
  words: Argv,
  folder: string,
  ports: Ports,
): Promise<Part> {
  const nothing = { to: undefined, from: undefined, rollbackId: undefined, kept: undefined };
  const ended = await call(
    {
      step: 'capture',
      argv: fillIn(words, nothing),
      variables: { ROLLBACK_SNAPSHOT: folder },
      plan: { snapshot: folder },
      timeoutMs: timeout,
    },
    ports,
  );
  if (typeof ended === 'string') throw failed('capture', ended);
  if (ended.exitCode !== 0) throw failed('capture', endingOf(ended));
  const output = ended.stdout.replace(/(?:\r?\n)+$/, '');
  // A line can be an argument; anything longer is for the command to read.
  if (output.length > MOST_KEPT || /[\0\r\n]/.test(output)) {
    await writeFile(join(folder, 'output'), ended.stdout, { mode: 0o600, flag: 'wx' });
    return { format: 'command/v1', output: '' };
  }
  return { format: 'command/v1', output };
}

function preflight(given: Options, target: Target, ports: Ports): Promise<Preflight> {
  return preflightOf(async () => {
    const values = valuesOf(given, target);
    const words = fillIn(given.apply, values);
    await requireProgram(words[0], ports);
    const step = `runs ${plain(words.join(' '))}`;
    if (given.preflight === undefined) {
      const problem = `${plain(words[0], 60)}: without preflight, whether it can be done only shows when it is`;
      return { step, warnings: [problem] };
    }
    await carriedOut(given, target, values, 'preflight', given.preflight, ports);
    return { step, warnings: [] };
  });
}

async function identify(
  given: Options,
  words: Argv,
  target: Target,
  ports: Ports,
): Promise<Identity> {
  const values = valuesOf(given, target);
  const ended = await called(given, target, values, 'identify', words, ports);
  if (typeof ended === 'string') return { kind: 'unknown', why: ended };
  const found = plain(ended.stdout.trim());
  if (ended.exitCode !== 0) {
    return { kind: 'other', found: endingOf(ended), expected: 'exit code 0' };
  }
  if (given.expect === undefined) return { kind: 'same', found: found || 'exit code 0' };
  const expected = plain(fillInText(given.expect, values));
  return found === expected ? { kind: 'same', found } : { kind: 'other', found, expected };
}

/** @throws ActionError where it does not end well */
async function carriedOut(
  ...[given, target, values, step, words, ports]: Parameters<typeof called>
): Promise<Ended> {
  const ended = await called(given, target, values, step, words, ports);
  if (typeof ended === 'string') throw failed(step, ended);
  if (ended.exitCode !== 0) throw failed(step, endingOf(ended));
  return ended;
}

function called(
  { timeout }: Options,
  { revision, badRelease, deploymentId, rollbackId, kept }: Target,
  values: Values,
  step: Call['step'],
  words: Argv,
  ports: Ports,
): Promise<Ended | string> {
  const plan = {
    to: revision,
    from: badRelease,
    rollbackId,
    deploymentId,
    kept: values.kept,
    snapshot: kept?.folder,
    takenMs: kept?.takenMs,
  };
  const variables = {
    ROLLBACK_TO: revision,
    ROLLBACK_FROM: badRelease,
    ROLLBACK_ID: rollbackId,
    ROLLBACK_DEPLOYMENT_ID: deploymentId === undefined ? '' : String(deploymentId),
    ROLLBACK_KEPT: values.kept ?? '',
    ROLLBACK_SNAPSHOT: kept?.folder ?? '',
  };
  const argv = fillIn(words, values);
  return call({ step, argv, variables, plan, timeoutMs: timeout }, ports);
}

function valuesOf({ capture: keeps }: Options, target: Target): Values {
  return {
    to: target.revision,
    from: target.badRelease,
    rollbackId: target.rollbackId,
    kept: keeps === undefined ? undefined : keptPart(target, keptSchema).part.output,
  };
}

async function requireProgram(
  program: string,
  { variable, workspace }: Pick<Ports, 'variable' | 'workspace'>,
): Promise<void> {
  const places =
    isAbsolute(program) || program.includes('/')
      ? [resolve(workspace, program)]
      : variable('PATH')
          .split(delimiter)
          .map((folder) => join(folder, program));
  for (const place of places) {
    const may = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (may) return;
  }
  // Windows finds programs by their endings as well.
  if (process.platform === 'win32') return;
  throw new ActionError(`${plain(program, 100)} is not installed here`, {
    remedy: 'Install it on the runner, or give its path.',
  });
}

function endingOf({ exitCode, stderr, stdout }: Ended): string {
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  return plain(`exit code ${exitCode}${said === '' ? '' : `, ${said}`}`);
}

function failed(step: string, why: string): ActionError {
  return new ActionError(`the command of ${step} failed: ${plain(why)}`, {
    remedy: 'Its output is in the log of the step.',
  });
}
