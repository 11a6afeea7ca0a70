import { stat } from 'node:fs/promises';
import { celExpectation } from '@repo/checks/expectations/cel';
import type { Facts } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import {
  type Evidence,
  type Observation,
  unknownObservation,
} from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { isActionVariable } from '@repo/core/process/action-variables';
import { exec } from '@repo/core/process/exec';
import { plain, plainLines } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { probeLocally, resolvePath } from './local-probe.ts';
import { type Row, wholeNumber } from './row.ts';
import { type Answer, type Cell, program, type Question } from './sqlite-program.ts';

const VARIABLES = ['integrity', 'size', 'row'];
/** Longest answer, bytes: a row is to be judged, not to be carried away. */
const MOST_BYTES = 2 ** 20;

/** A SQLite database is whole, and a query finds in it what it should. */
export const sqlite: Kind = {
  schema: targetSchema(
    { path: nonEmptyText, query: v.optional(v.string()), quick: v.optional(v.boolean(), false) },
    'A sqlite check knows path, query and quick.',
    target,
  ),
  variables: VARIABLES,
};

interface Options {
  readonly path: string;
  readonly query?: string | undefined;
  /** Leave out what takes longest: that indexes and tables agree. */
  readonly quick: boolean;
}

function target(options: Options): Target {
  const { path } = options;
  return {
    description: path,
    secrets: [],
    defaultExpectations: [celExpectation("integrity == 'ok'", VARIABLES)],
    attempt: (context) =>
      probeLocally(path, context, async (signal) => {
        const place = resolvePath(context.machine.workspace, path);
        const found = await stat(place);
        if (!found.isFile()) return unknownObservation(`${path} is not a file`);
        const { size } = found;
        // For SQLite an empty file is an empty database; whoever watches one has lost it.
        if (size === 0) return { facts: { size, integrity: 'the file is empty' } };
        if (!['integrity', 'row'].some((name) => context.reads.has(name))) {
          return { facts: { size } };
        }
        const answer = await ask(place, options, { ...context, signal });
        return 'facts' in answer ? { ...answer, facts: { ...answer.facts, size } } : answer;
      }),
  };
}

interface Answered {
  readonly facts: Facts;
  readonly ms: number;
  readonly evidence: () => readonly Evidence[];
}

/**
 * Asks in a process of its own: SQLite is called synchronously, and neither the time limit nor a
 * cancel could end it here.
 */
async function ask(
  place: string,
  { path, query, quick }: Options,
  { reads, timeoutMs, signal }: AttemptContext,
): Promise<Answered | Exclude<Observation, { state: 'answered' }>> {
  const question: Question = {
    path: place,
    query: reads.has('row') ? query : undefined,
    integrity: reads.has('integrity') ? (quick ? 'quick_check' : 'integrity_check') : undefined,
    // Leaves time to say so.
    busyMs: Math.floor(timeoutMs / 2),
  };
  const execution = await exec({
    argv: [process.execPath, '-e', `(${program})()`],
    stdin: JSON.stringify(question),
    withhold: isActionVariable,
    timeoutMs,
    signal,
    maxBytes: MOST_BYTES,
  });
  if (execution.state !== 'exited')
    return unknownObservation(`${path} was not read: ${execution.state}`);
  if (execution.truncated) return unknownObservation(`the row of ${path} is too long`, true);
  if (execution.exitCode !== 0) {
    return unknownObservation(`${path} was not read: ${plain(execution.stderr)}`);
  }
  const answer: Answer = JSON.parse(execution.stdout);
  switch (answer.state) {
    case 'no sqlite':
      return unknownObservation('the Node.js of this runner has no SQLite', true);
    case 'locked':
      return unknownObservation(`${path} is locked by another process: ${plain(answer.message)}`);
    case 'unreadable':
      return unknownObservation(`${path} cannot be opened: ${plain(answer.message)}`);
    case 'refused':
      return { state: 'failed', reason: `the query failed: ${plain(answer.message)}` };
    case 'answered': {
      const { findings, cells, ms } = answer;
      return {
        facts: { integrity: findings?.[0], row: cells && rowOf(cells) },
        ms,
        evidence: () =>
          findings && findings[0] !== 'ok'
            ? [{ title: 'integrity', lines: plainLines(findings.join('\n')) }]
            : [],
      };
    }
  }
}

function rowOf(cells: readonly Cell[]): Row {
  return Object.fromEntries(
    cells.map(([name, type, text]) => [
      name,
      type === 'integer'
        ? wholeNumber(text)
        : type === 'real'
          ? Number(text)
          : type === 'null'
            ? null
            : text,
    ]),
  );
}
