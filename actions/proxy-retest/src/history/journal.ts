import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { ActionError } from '@repo/core/errors/action-error';
import type { TestResult } from './history.ts';

/**
 * Appends results to an NDJSON file as soon as they are known: they survive a kill before the list is
 * written.
 */
export interface Journal {
  readonly add: (id: string, result: TestResult) => void;
  readonly close: () => void;
}

const FLUSH_LINES = 64;
const FLUSH_MS = 500;

/** Throws an {@link ActionError} when the file cannot be written. */
export function openJournal(path: string): Journal {
  let file: number;
  try {
    file = openSync(path, 'a');
  } catch (cause) {
    throw new ActionError(`cannot write ${path}`, {
      remedy: 'Set state to a path in a writable folder.',
      cause,
    });
  }
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length > 0) writeSync(file, lines.join(''));
    lines = [];
  };
  return {
    add: (id, result) => {
      lines.push(formatJournalLine(id, result));
      if (lines.length >= FLUSH_LINES) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}

export function formatJournalLine(id: string, result: TestResult): string {
  return `${JSON.stringify({ id, ...result })}\n`;
}

/** The last result of each endpoint in a journal; incomplete lines are ignored. */
export function readJournal(path: string): Map<string, TestResult> {
  try {
    return parseResults(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

export function parseResults(text: string): Map<string, TestResult> {
  const results = new Map<string, TestResult>();
  for (const line of text.split('\n')) {
    const found = parseResult(line);
    if (found) results.set(...found);
  }
  return results;
}

function parseResult(line: string): [string, TestResult] | undefined {
  try {
    const { id, ...result }: Record<string, unknown> = JSON.parse(line);
    if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
    if (!Number.isFinite(result.at) || !isTestResult(result)) return undefined;
    return [id, result];
  } catch {
    return undefined;
  }
}

function isTestResult(
  value: Record<string, unknown>,
): value is TestResult & Record<string, unknown> {
  switch (value.state) {
    case 'alive':
      return Number.isFinite(value.latency) && typeof value.address === 'string';
    case 'failed':
      return (
        typeof value.kind === 'string' &&
        typeof value.phase === 'string' &&
        Array.isArray(value.targets) &&
        value.targets.every((one) => typeof one === 'string')
      );
    case 'inconclusive':
    case 'skipped':
      return typeof value.message === 'string';
    default:
      return false;
  }
}

export function removeJournal(path: string): void {
  rmSync(path, { force: true });
}
