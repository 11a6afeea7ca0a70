import { InvalidValue } from '@repo/core/errors/invalid-value';
import { formatDuration } from '@repo/core/inputs/duration';
import { words } from '@repo/core/inputs/words';
import { isActionVariable } from '@repo/core/process/action-variables';
import { exec as execute, type Output } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { celExpectation } from '../expectations/cel.ts';
import { DurationFact } from '../expectations/duration-fact.ts';
import { scrub } from '../scrub.ts';
import type { AttemptContext, Evidence, Kind, Observation, Target } from './kind.ts';
import { unknown } from './look-here.ts';
import { targetSchema } from './target-schema.ts';

type Argv = readonly [string, ...string[]];

const VARIABLES = ['exitCode', 'stdout', 'stderr'];
/** Most that is kept of each output, bytes. */
const MOST_BYTES = 2 ** 20;
/** Lines of each output that are shown of a failure: its end tells most. */
const SHOWN_LINES = 12;

/** YAML reads `sleep: [5]` as a number; a program takes texts. */
const argument = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

/** A command of the user's ends well. No shell reads it, and it does not inherit our inputs. */
export const exec: Kind = {
  schema: targetSchema(
    { command: v.union([v.string(), v.array(argument)]) },
    'An exec check knows command: a line, or a list of the program and its arguments.',
    ({ command }) => target(argvOf(command)),
  ),
  variables: VARIABLES,
};

/** What a word by itself means to a shell, or a semicolon at the end of one. */
const OPERATOR = /(?:^|\s)(\|\|?|&&?|\d?>>?(?:&\d|\/dev\/null)?|<<?)(?=\s|$)|(;)(?=\s|$)/;
const KEPT = /\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"/g;

function argvOf(command: string | readonly string[]): Argv {
  if (typeof command === 'string') {
    const [, operator, end] = OPERATOR.exec(command.replace(KEPT, '_')) ?? [];
    // As an argument it would go unnoticed: `check | grep ok` would ask nothing of grep.
    if (operator !== undefined || end !== undefined) {
      throw new InvalidValue(
        `has ${operator ?? end} in it, which only a shell reads`,
        'Write command: [bash, -c, "…"], or put it in quotes.',
      );
    }
    return words().parse(command);
  }
  const [program = '', ...args] = command;
  if (program === '') {
    throw new InvalidValue('names no program', 'Write command: [program, argument, …].');
  }
  return [program, ...args];
}

function target(argv: Argv): Target {
  return {
    description: scrub(argv.join(' ')),
    secrets: [],
    implied: [celExpectation('exitCode == 0', VARIABLES)],
    attempt: async (context) => [await run(argv, context)],
  };
}

async function run(argv: Argv, { machine, timeout, signal }: AttemptContext): Promise<Observation> {
  const execution = await execute({
    argv,
    cwd: machine.workspace,
    withhold: isActionVariable,
    timeoutMs: timeout,
    signal,
    maxBytes: MOST_BYTES,
  });
  // What is not installed will not be a moment later.
  if (execution.state === 'not-started') return unknown(execution.reason, true);
  if (execution.state === 'aborted') return unknown('cancelled');
  const evidence = () => endOf(execution);
  if (execution.state === 'exited') {
    const { exitCode, stdout, stderr, ms } = execution;
    return {
      state: 'answered',
      phases: { total: ms },
      facts: {
        exitCode,
        stdout: withoutEnd(stdout),
        stderr: withoutEnd(stderr),
        latency: new DurationFact(ms),
      },
      evidence,
    };
  }
  const reason =
    execution.state === 'killed'
      ? `was killed by ${execution.by}`
      : `did not end within ${formatDuration(timeout)}`;
  return { state: 'failed', reason, evidence };
}

/** As `$(…)` of a shell has it, so that `stdout == 'ok'` is true of `echo ok`. */
function withoutEnd(output: string): string {
  return output.replace(/[\r\n]+$/, '');
}

function endOf({ stderr, stdout, truncated }: Output): readonly Evidence[] {
  return Object.entries({ stderr, stdout })
    .filter(([, output]) => output.trim() !== '')
    .map(([name, output]) => ({
      title: truncated ? `${name} (its beginning)` : `end of ${name}`,
      lines: lastLines(output),
    }));
}

function lastLines(output: string): readonly string[] {
  const end = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return plainLines(scrub(end), SHOWN_LINES);
}
