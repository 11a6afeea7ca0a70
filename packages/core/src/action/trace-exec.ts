import { basename } from 'node:path';
import { formatDuration } from '../inputs/duration.ts';
import type { Exec, Execution } from '../process/exec.ts';
import type { Log } from './log.ts';

/** Logs each program and how it ended to the debug log, without its arguments, which may be secret. */
export function traceExec(exec: Exec, debug: Log['debug']): Exec {
  return async (command) => {
    const execution = await exec(command);
    debug(() => `${describeCommand(command.argv)} → ${describeEnd(execution)}`);
    return execution;
  };
}

/** `git fetch (5 arguments)` */
function describeCommand([program, ...args]: readonly [string, ...string[]]): string {
  const name = basename(program).replace(/\.exe$/i, '');
  const subcommand = name === 'git' ? args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) : undefined;
  const start = subcommand === undefined ? name : `${name} ${subcommand}`;
  return `${start} (${args.length === 1 ? '1 argument' : `${args.length} arguments`})`;
}

function describeEnd(execution: Execution): string {
  if (execution.state === 'not-started') return `not started: ${execution.reason}`;
  const time = formatDuration(Math.round(execution.ms));
  switch (execution.state) {
    case 'exited':
      return `exit code ${execution.exitCode} in ${time}`;
    case 'killed':
      return `killed by ${execution.by} after ${time}`;
    case 'timeout':
      return `timed out after ${time}`;
    case 'aborted':
      return `cancelled after ${time}`;
  }
}
