import { readFileSync, statSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { unreadable } from '@repo/core/errors/unreadable-file';
import type { Source } from './format.ts';
import { FormatError } from './format-error.ts';
import { parseJson } from './json/parse-json.ts';

/** For comparison: 100,000 lines of go bench are 7 MB. */
const MAX_BYTES = 128 * 2 ** 20;
/** The part of a file that is used to detect its format. */
const HEAD_BYTES = 65_536;

/**
 * Reads a file of JSON or text.
 *
 * @throws {FormatError} if it is missing, too large, not text, or invalid JSON
 */
export function readSource(file: string): Source {
  return toSource(toUtf8(readBytes(file), file), file);
}

/**
 * Reads a file of text.
 *
 * @throws {FormatError} if it is missing, too large or not text
 */
export function readText(file: string): string {
  return toUtf8(readBytes(file), file).toString();
}

/**
 * @param bytes UTF-8
 * @throws {FormatError} for invalid JSON
 */
export function toSource(bytes: Buffer, file: string): Source {
  const head = stripVTControlCharacters(bytes.toString('utf8', 0, HEAD_BYTES));
  let decoded: string | undefined;
  // Lazy, because some formats read the bytes only.
  const decode = () => {
    decoded ??= bytes.toString();
    return decoded;
  };
  if (head.trim() === '' && decode().trim() === '') {
    throw new FormatError({ file }, 'the file is empty', 'Check that the benchmarks ran.');
  }
  const start = /^\s*([{[])/.exec(head)?.[1];
  if (start === undefined || isJsonLines(decode())) {
    return { kind: 'text', file, head, bytes, text: decode };
  }
  return { kind: 'json', file, text: decode, root: parseJson(decode(), file) };
}

/** Whether the text has several lines with one JSON object each. */
function isJsonLines(text: string): boolean {
  const start = text.search(/\S/);
  const end = text.indexOf('\n', start);
  if (end === -1 || text.slice(end).trim() === '' || text[start] !== '{') return false;
  try {
    JSON.parse(text.slice(start, end));
    return true;
  } catch {
    return false;
  }
}

/** Synchronous, because it is faster on a busy machine. */
function readBytes(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) {
      const remedy = 'Split the file, or write it without raw samples.';
      throw new FormatError({ file }, 'the file is larger than 128 MiB', remedy);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new FormatError({ file }, 'does not exist', 'Check the step that writes it.')
      : new FormatError({ file }, unreadable(error), 'Check the permissions of the file.');
  }
}

/** Converts UTF-16 with a byte order mark, which PowerShell's `>` writes, and removes marks. */
function toUtf8(bytes: Buffer, file: string): Buffer {
  const [first, second, third] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) {
    const encoding = first === 0xff ? 'utf-16le' : 'utf-16be';
    return Buffer.from(new TextDecoder(encoding).decode(bytes));
  }
  if (bytes.subarray(0, HEAD_BYTES).includes(0)) {
    throw new FormatError({ file }, 'is not text', 'Write the results as text or JSON.');
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes;
}
