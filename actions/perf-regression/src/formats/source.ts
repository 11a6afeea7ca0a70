import { readFileSync, statSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { unreadable } from '@repo/core/errors/unreadable-file';
import type { Source } from './format.ts';
import { FormatError } from './format-error.ts';
import { parseJson } from './json/parse-json.ts';

/** Largest file that is read, bytes. 100,000 lines of go bench are 7 MB. */
const LARGEST = 128 * 2 ** 20;
/** How much of a text is looked at to tell its format, characters. */
const HEAD = 65_536;

/**
 * Reads a file as far as its kind of text: JSON, or lines.
 *
 * @throws {FormatError} not there, too large, not text, or JSON that is broken
 */
export function readSource(file: string): Source {
  return sourceOf(utf8(bytesOf(file), file), file);
}

/**
 * Reads a file of text.
 *
 * @throws {FormatError} not there, too large, or not text
 */
export function readText(file: string): string {
  return utf8(bytesOf(file), file).toString();
}

/**
 * @param bytes UTF-8
 * @throws {FormatError} JSON that is broken
 */
export function sourceOf(bytes: Buffer, file: string): Source {
  const head = stripVTControlCharacters(bytes.toString('utf8', 0, HEAD));
  let decoded: string | undefined;
  // Of millions of lines a reader may want the bytes only.
  const whole = () => {
    decoded ??= bytes.toString();
    return decoded;
  };
  if (head.trim() === '' && whole().trim() === '') {
    throw new FormatError({ file }, 'the file is empty', 'Look whether the benchmarks ran at all.');
  }
  const start = /^\s*([{[])/.exec(head)?.[1];
  if (start === undefined || isJsonLines(whole())) {
    return { kind: 'text', file, head, bytes, text: whole };
  }
  return { kind: 'json', file, text: whole, root: parseJson(whole(), file) };
}

/** One JSON object in a line, several of them. */
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

/** In one go, and not in turns with others: a busy machine makes each turn wait. */
function bytesOf(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > LARGEST) {
      const remedy = 'Split it up, or leave raw samples out.';
      throw new FormatError({ file }, 'the file is larger than 128 MiB', remedy);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new FormatError({ file }, 'there is no such file', 'Look at the step that writes it.')
      : new FormatError({ file }, unreadable(error), 'Give a readable file.');
  }
}

/** From UTF-8 with or without a mark, or UTF-16 with one, which is what PowerShell's `>` writes. */
function utf8(bytes: Buffer, file: string): Buffer {
  const [first, second, third] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) {
    const encoding = first === 0xff ? 'utf-16le' : 'utf-16be';
    return Buffer.from(new TextDecoder(encoding).decode(bytes));
  }
  if (bytes.subarray(0, HEAD).includes(0)) {
    throw new FormatError({ file }, 'is no text', 'Give the results as text or JSON.');
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes;
}
