import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { isActionVariable } from '@repo/core/process/action-variables';
import { plain } from '@repo/core/text/untrusted';
import { withHeartbeat } from '../heartbeat.ts';
import type { Ports } from '../strategy.ts';
import { program, type SqliteRequest, type SqliteResponse } from './program.ts';

/** The properties of a valid database. */
export type DatabaseInfo = Extract<SqliteResponse, { state: 'done' }>;

const DESCRIPTIONS: Readonly<Record<SqliteRequest['operation'], string>> = {
  inspect: 'Checking',
  identify: 'Checking',
  capture: 'Copying',
  restore: 'Restoring',
};

/**
 * Runs an operation of SQLite in its own process.
 *
 * @param name the name of the database for messages
 * @throws ActionError if it fails, or if the database is damaged
 */
export async function runSqlite(
  request: SqliteRequest,
  name: string,
  timeoutMs: number,
  { exec, signal, clock, log }: Ports,
): Promise<DatabaseInfo> {
  const execution = await withHeartbeat(
    `${DESCRIPTIONS[request.operation]} ${name}`,
    { clock, log },
    () =>
      exec({
        argv: [process.execPath, '--no-warnings', '-e', `(${program})()`],
        stdin: JSON.stringify(request),
        withhold: isActionVariable,
        timeoutMs,
        signal,
      }),
  );
  signal.throwIfAborted();
  if (execution.state === 'timeout') {
    throw new ActionError(
      `${DESCRIPTIONS[request.operation]} ${name} timed out after ${formatDuration(timeoutMs)}`,
      { remedy: 'Raise timeout.' },
    );
  }
  if (execution.state !== 'exited' || execution.exitCode !== 0) {
    const output = execution.state === 'exited' ? plain(execution.stderr) : execution.state;
    throw new ActionError(`${name}: SQLite failed: ${output}`, {
      remedy: 'Check the free memory and disk space of the machine, then run it again.',
    });
  }
  const response: SqliteResponse = JSON.parse(execution.stdout);
  if (response.state === 'done') return response;
  throw toError(response, name);
}

function toError(response: Exclude<SqliteResponse, DatabaseInfo>, name: string): ActionError {
  if (response.state === 'unavailable') {
    return new ActionError('the Node.js of this runner does not include SQLite', {
      remedy: 'Use a runner with the Node.js 24 of GitHub.',
    });
  }
  const message = plain(response.message);
  switch (response.state) {
    case 'locked':
      return new ActionError(`${name} is locked by another process: ${message}`, {
        remedy: 'Stop the process that holds the transaction.',
      });
    case 'corrupt':
      return new ActionError(`${name} is damaged: ${message}`, {
        remedy: 'Use another snapshot, or repair it with .recover of the sqlite3 shell.',
      });
    case 'failed':
      return new ActionError(`${name}: ${message}`, {
        remedy: 'Grant write access to the file and its folder to the user of the runner.',
      });
  }
}
