import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';

/**
 * Appends a value as a line of JSON, and flushes it to disk. Ends an incomplete line that a kill left
 * behind first. Throws an ActionError.
 */
export function appendLine(path: string, value: object): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'a+', 0o600);
    try {
      writeSync(file, `${endsWithNewline(file) ? '' : '\n'}${JSON.stringify(value)}\n`);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new ActionError(`cannot write ${path}`, {
      remedy:
        'Set state-dir to a folder that the user of the runner can write, on a disk with free space.',
      cause,
    });
  }
}

function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  if (size > 0) readSync(file, last, 0, 1, size - 1);
  return size === 0 || last.toString() === '\n';
}

/**
 * The values of all lines, untrusted. Skips incomplete lines, which were never acknowledged. Empty
 * without a file. Throws an ActionError.
 */
export async function readLines(path: string): Promise<readonly unknown[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ActionError(`cannot read ${path}`, {
      remedy: 'Give the user of the runner read access to state-dir.',
      cause,
    });
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}
