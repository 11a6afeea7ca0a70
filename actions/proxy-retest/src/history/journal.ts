import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { ActionError } from '@repo/core/errors/action-error';
import type { Finding } from './history.ts';

/**
 * Findings on disk as soon as they are known, NDJSON, appended: what was tested survives whatever
 * happens to us before the list is written.
 */
export interface Journal {
  readonly add: (id: string, finding: Finding) => void;
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
      remedy: 'Give state a path in a folder that exists and can be written.',
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
    add: (id, finding) => {
      lines.push(journalLine(id, finding));
      if (lines.length >= FLUSH_LINES) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}

export function journalLine(id: string, finding: Finding): string {
  return `${JSON.stringify({ id, ...finding })}\n`;
}

/** What a journal holds, the last finding on each endpoint; a line that was cut off is left out. */
export function readJournal(path: string): Map<string, Finding> {
  try {
    return parseFindings(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

export function parseFindings(text: string): Map<string, Finding> {
  const findings = new Map<string, Finding>();
  for (const line of text.split('\n')) {
    const found = parseFinding(line);
    if (found) findings.set(...found);
  }
  return findings;
}

function parseFinding(line: string): [string, Finding] | undefined {
  try {
    const { id, ...finding }: Record<string, unknown> = JSON.parse(line);
    if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
    if (!Number.isFinite(finding.at) || !isFinding(finding)) return undefined;
    return [id, finding];
  } catch {
    return undefined;
  }
}

function isFinding(value: Record<string, unknown>): value is Finding & Record<string, unknown> {
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
    case 'void':
    case 'skipped':
      return typeof value.message === 'string';
    default:
      return false;
  }
}

export function removeJournal(path: string): void {
  rmSync(path, { force: true });
}
