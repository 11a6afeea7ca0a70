import { ActionError } from '@repo/core/errors/action-error';
import { isActionVariable } from '@repo/core/process/action-variables';
import { plain } from '@repo/core/text/untrusted';
import { withHeartbeat } from '../heartbeat.ts';
import type { Ports } from '../strategy.ts';
import { type Answer, program, type Question } from './program.ts';

/** What is found out of a database that is whole. */
export type Facts = Extract<Answer, { state: 'done' }>;

const WORDS: Readonly<Record<Question['do'], string>> = {
  look: 'the copy is looked at',
  identify: 'the database is looked at',
  capture: 'the database is copied',
  restore: 'the copy is put back',
};

/**
 * Asks SQLite, in a process of its own.
 *
 * @param name the database, for people
 * @throws ActionError for anything but a database that is whole
 */
export async function ask(
  question: Question,
  name: string,
  timeoutMs: number,
  { exec, signal, clock, log }: Ports,
): Promise<Facts> {
  const execution = await withHeartbeat(WORDS[question.do], { clock, log }, () =>
    exec({
      argv: [process.execPath, '--no-warnings', '-e', `(${program})()`],
      stdin: JSON.stringify(question),
      withhold: isActionVariable,
      timeoutMs,
      signal,
    }),
  );
  signal.throwIfAborted();
  if (execution.state === 'timeout') {
    throw new ActionError(`${name}: ${WORDS[question.do]}, but not in time`, {
      remedy: 'Raise timeout.',
    });
  }
  if (execution.state !== 'exited' || execution.exitCode !== 0) {
    const said = execution.state === 'exited' ? plain(execution.stderr) : execution.state;
    throw new ActionError(`${name}: SQLite ended early: ${said}`, {
      remedy: 'Look whether the machine has memory and disk left, and run it again.',
    });
  }
  const answer: Answer = JSON.parse(execution.stdout);
  if (answer.state === 'done') return answer;
  throw refusal(answer, name);
}

function refusal(answer: Exclude<Answer, Facts>, name: string): ActionError {
  if (answer.state === 'no sqlite') {
    return new ActionError('the Node.js of this runner has no SQLite', {
      remedy: 'Use a runner with Node.js 24 as GitHub ships it.',
    });
  }
  const message = plain(answer.message);
  switch (answer.state) {
    case 'locked':
      return new ActionError(`${name} is locked by another process: ${message}`, {
        remedy: 'Stop what holds a transaction open for so long.',
      });
    case 'broken':
      return new ActionError(`${name} is not whole: ${message}`, {
        remedy: 'Another snapshot has to serve, or SQLite’s .recover.',
      });
    case 'failed':
      return new ActionError(`${name}: ${message}`, {
        remedy: 'Let the user of the runner write to it and to its folder.',
      });
  }
}
