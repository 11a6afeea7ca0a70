import { open } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
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
export async function readSource(file: string): Promise<Source> {
  return sourceOf(await readText(file), file);
}

/**
 * Reads a file of text.
 *
 * @throws {FormatError} not there, too large, or not text
 */
export async function readText(file: string): Promise<string> {
  return decode(await bytesOf(file), file);
}

/** @throws {FormatError} JSON that is broken */
export function sourceOf(text: string, file: string): Source {
  const head = stripVTControlCharacters(text.slice(0, HEAD));
  if (text.trim() === '') {
    throw new FormatError({ file }, 'the file is empty', 'Look whether the benchmarks ran at all.');
  }
  const start = /^\s*([{[])/.exec(head)?.[1];
  return start === undefined || isJsonLines(text)
    ? { kind: 'text', file, text, head }
    : { kind: 'json', file, text, head, root: parseJson(text, file) };
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

async function bytesOf(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size > LARGEST) {
      const remedy = 'Split it up, or leave raw samples out.';
      throw new FormatError({ file }, 'the file is larger than 128 MiB', remedy);
    }
    return await handle.readFile();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new FormatError({ file }, 'there is no such file', 'Look at the step that writes it.')
      : new FormatError({ file }, `cannot be read (${code ?? 'unknown'})`, 'Give a readable file.');
  }
}

/** UTF-8, or UTF-16 with its mark, which is what PowerShell's `>` writes. */
function decode(bytes: Buffer, file: string): string {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  if (bytes.subarray(0, HEAD).includes(0)) {
    throw new FormatError({ file }, 'is no text', 'Give the results as text or JSON.');
  }
  return new TextDecoder().decode(bytes);
}
