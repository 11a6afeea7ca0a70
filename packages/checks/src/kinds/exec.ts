import { traceExec } from '@repo/core/action/trace-exec';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { formatDuration } from '@repo/core/inputs/duration';
import { words } from '@repo/core/inputs/words';
import { isActionVariable } from '@repo/core/process/action-variables';
import { exec as execute, type Output } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { type Expectation, MET } from '../expectations/expectation.ts';
import { DurationFact } from '../facts.ts';
import { scrub } from '../scrub.ts';
import type { AttemptContext, Kind, Target } from './kind.ts';
import { type Evidence, type Observation, unknownObservation } from './observation.ts';
import { targetSchema } from './target-schema.ts';

type Argv = readonly [string, ...string[]];
type Environment = Readonly<Record<string, string>>;

/** Limit of each output that is kept. */
const MAX_OUTPUT_BYTES = 2 ** 20;
/** The last lines of each output are shown when the command fails. */
const SHOWN_LINES = 12;

/** YAML parses `sleep: [5]` to a number. Arguments of a program are texts. */
const argument = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

/** Runs a command without a shell. The command does not inherit the inputs of the action. */
export const exec: Kind = {
  schema: targetSchema(
    { command: v.union([v.string(), v.array(argument)]) },
    'An exec check has the key command: a line, or a list of the program and its arguments.',
    ({ command }) => createExecTarget(parseCommand(command)),
  ),
  variables: ['exitCode', 'stdout', 'stderr'],
};

/** A separate word that is an operator in a shell, or a semicolon at the end of a word. */
const OPERATOR = /(?:^|\s)(\|\|?|&&?|\d?>>?(?:&\d|\/dev\/null)?|<<?)(?=\s|$)|(;)(?=\s|$)/;
const QUOTED = /\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"/g;

function parseCommand(command: string | readonly string[]): Argv {
  if (typeof command === 'string') {
    const [, operator, semicolon] = OPERATOR.exec(command.replace(QUOTED, '_')) ?? [];
    // Without a shell, `check | grep ok` would pass `|`, `grep` and `ok` to `check` as arguments.
    if (operator !== undefined || semicolon !== undefined) {
      throw new InvalidValue(
        `contains ${operator ?? semicolon}, which requires a shell`,
        'Write command: [bash, -c, "…"], or put it in quotes.',
      );
    }
    return words().parse(command);
  }
  const [program = '', ...args] = command;
  if (program === '') {
    throw new InvalidValue('has no program', 'Write command: [program, argument, …].');
  }
  return [program, ...args];
}

/** Does not use CEL, so that the module loads without the expression library. */
const exitsWithZero: Expectation = {
  source: 'exitCode == 0',
  reads: ['exitCode'],
  judge: ({ exitCode }) =>
    exitCode === 0 ? MET : { met: false, found: `exit code ${exitCode}, expected 0` },
};

/** @param env variables that are added to the environment of the command */
export function createExecTarget(argv: Argv, env: Environment = {}): Target {
  return {
    description: scrub(argv.join(' ')),
    secrets: [],
    defaultExpectations: [exitsWithZero],
    attempt: async (context) => [await run(argv, env, context)],
  };
}

async function run(
  argv: Argv,
  env: Environment,
  { machine, timeoutMs, signal, debug }: AttemptContext,
): Promise<Observation> {
  const execution = await (debug ? traceExec(execute, debug) : execute)({
    argv,
    cwd: machine.workspace,
    env,
    withhold: isActionVariable,
    timeoutMs,
    signal,
    maxBytes: MAX_OUTPUT_BYTES,
  });
  // A program that is not installed stays missing in later attempts.
  if (execution.state === 'not-started') return unknownObservation(execution.reason, true);
  if (execution.state === 'aborted') return unknownObservation('cancelled');
  const evidence = () => getOutputEvidence(execution);
  if (execution.state === 'exited') {
    const { exitCode, stdout, stderr, ms } = execution;
    return {
      state: 'answered',
      phases: { total: ms },
      facts: {
        exitCode,
        stdout: trimLineEnds(stdout),
        stderr: trimLineEnds(stderr),
        latency: new DurationFact(ms),
      },
      evidence,
    };
  }
  const reason =
    execution.state === 'killed'
      ? `was killed by ${execution.by}`
      : `did not exit within ${formatDuration(timeoutMs)}`;
  return { state: 'failed', reason, evidence };
}

/** Like `$(…)` in a shell: `stdout == 'ok'` is true for `echo ok`. */
function trimLineEnds(output: string): string {
  return output.replace(/[\r\n]+$/, '');
}

function getOutputEvidence({ stderr, stdout, truncated }: Output): readonly Evidence[] {
  return Object.entries({ stderr, stdout })
    .filter(([, output]) => output.trim() !== '')
    .map(([name, output]) => ({
      title: truncated ? `start of ${name}` : `end of ${name}`,
      lines: lastLines(output),
    }));
}

function lastLines(output: string): readonly string[] {
  const end = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return plainLines(scrub(end), SHOWN_LINES);
}
