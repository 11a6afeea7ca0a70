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
import { parseInteger, type Row } from './row.ts';
import { type Answer, type Cell, program, type Request } from './sqlite-program.ts';

const VARIABLES = ['integrity', 'size', 'row'];
const MAX_ANSWER_BYTES = 2 ** 20;

/** The integrity and size of a SQLite database, and the first row of a query. */
export const sqlite: Kind = {
  schema: targetSchema(
    { path: nonEmptyText, query: v.optional(v.string()), quick: v.optional(v.boolean(), false) },
    'A sqlite check supports path, query and quick.',
    target,
  ),
  variables: VARIABLES,
};

interface Options {
  readonly path: string;
  readonly query?: string | undefined;
  /** Skip the slowest part of the integrity check: comparing indexes with tables. */
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
        const absolutePath = resolvePath(context.machine.workspace, path);
        const stats = await stat(absolutePath);
        if (!stats.isFile()) return unknownObservation(`${path} is not a file`);
        const { size } = stats;
        // SQLite accepts an empty file, but a monitored database is never empty.
        if (size === 0) return { facts: { size, integrity: 'the file is empty' } };
        if (!['integrity', 'row'].some((name) => context.reads.has(name))) {
          return { facts: { size } };
        }
        const answer = await readDatabase(absolutePath, options, { ...context, signal });
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
 * Reads the database in a child process: SQLite calls are synchronous, and in this process neither
 * the timeout nor a cancel could stop them.
 */
async function readDatabase(
  absolutePath: string,
  { path, query, quick }: Options,
  { reads, timeoutMs, signal }: AttemptContext,
): Promise<Answered | Exclude<Observation, { state: 'answered' }>> {
  const request: Request = {
    path: absolutePath,
    query: reads.has('row') ? query : undefined,
    integrity: reads.has('integrity') ? (quick ? 'quick_check' : 'integrity_check') : undefined,
    // Leaves time to report the lock.
    busyMs: Math.floor(timeoutMs / 2),
  };
  const execution = await exec({
    argv: [process.execPath, '-e', `(${program})()`],
    stdin: JSON.stringify(request),
    withhold: isActionVariable,
    timeoutMs,
    signal,
    maxBytes: MAX_ANSWER_BYTES,
  });
  if (execution.state !== 'exited') {
    return unknownObservation(`cannot read ${path}: ${execution.state}`);
  }
  if (execution.truncated) return unknownObservation(`the row of ${path} is too long`, true);
  if (execution.exitCode !== 0) {
    return unknownObservation(`cannot read ${path}: ${plain(execution.stderr)}`);
  }
  const answer: Answer = JSON.parse(execution.stdout);
  switch (answer.state) {
    case 'unsupported':
      return unknownObservation('the Node.js of this runner does not include SQLite', true);
    case 'locked':
      return unknownObservation(`${path} is locked by another process: ${plain(answer.message)}`);
    case 'unreadable':
      return unknownObservation(`${path} cannot be opened: ${plain(answer.message)}`);
    case 'failed':
      return { state: 'failed', reason: `the query failed: ${plain(answer.message)}` };
    case 'answered': {
      const { findings, cells, ms } = answer;
      return {
        facts: { integrity: findings?.[0], row: cells && toRow(cells) },
        ms,
        evidence: () =>
          findings && findings[0] !== 'ok'
            ? [{ title: 'integrity', lines: plainLines(findings.join('\n')) }]
            : [],
      };
    }
  }
}

function toRow(cells: readonly Cell[]): Row {
  return Object.fromEntries(
    cells.map(([name, type, text]) => [
      name,
      type === 'integer'
        ? parseInteger(text)
        : type === 'real'
          ? Number(text)
          : type === 'null'
            ? null
            : text,
    ]),
  );
}
