import { plain } from '@repo/core/text/untrusted';
import type { ByteSource } from './byte-source.ts';
import { memorySource } from './byte-source.ts';
import { InvalidList, type Scan } from './scan.ts';
import { scanJsonArray } from './scan-json-array.ts';
import { scanLines } from './scan-lines.ts';
import { decodeSubscription } from './subscription.ts';

export const LIST_FORMATS = ['json', 'ndjson', 'plain', 'base64'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** A list with a known format. */
export interface OpenList {
  readonly format: ListFormat;
  /** The decoded content of a base64 list. */
  readonly source: ByteSource;
  readonly scan: Scan;
  /** Whether its records are JSON objects, which can contain results. */
  readonly isJson: boolean;
}

const HEAD_BYTES = 65_536;

/** Throws {@link BrokenList} when the bytes are in no form that it could be in. */
export async function openList(
  source: ByteSource,
  expected: ListFormat | 'auto',
): Promise<OpenList> {
  if (source.size === 0) throw new InvalidList('is empty');
  const head = (await source.read(0, HEAD_BYTES)).toString('latin1').replace(/^\xef\xbb\xbf/, '');
  if (head.includes('\0')) throw new InvalidList('is not text: it contains zero bytes');
  if (head.trim() === '' && source.size <= HEAD_BYTES) throw new InvalidList('is empty');
  const format = expected === 'auto' ? detectFormat(head) : expected;
  switch (format) {
    case 'json':
      return { format, source, scan: scanJsonArray, isJson: true };
    case 'ndjson':
      return { format, source, scan: scanLines, isJson: true };
    case 'plain':
      return { format, source, scan: scanLines, isJson: false };
    case 'base64': {
      const decoded = decodeSubscription(await source.read(0, source.size));
      if (decoded === undefined) throw new InvalidList('is not base64');
      return { format, source: memorySource(decoded), scan: scanLines, isJson: false };
    }
  }
}

function detectFormat(head: string): ListFormat {
  const text = head.trimStart();
  if (text.startsWith('[') && !/^\[[0-9a-f:.]+\]:\d/i.test(text)) return 'json';
  if (text.startsWith('{')) {
    const [line = ''] = text.split('\n', 1);
    if (isRecord(line)) return 'ndjson';
    throw new InvalidList('is a JSON object instead of an array of records');
  }
  if (/^("|true\b|false\b|null\b|-?\d+(\.\d+)?\s*$)/.test(text)) {
    throw new InvalidList(`is a JSON value (${plain(text, 20)}) instead of an array`);
  }
  if (text.startsWith('<')) throw new InvalidList('is HTML or XML');
  return isBase64Encoded(text) ? 'base64' : 'plain';
}

function isBase64Encoded(text: string): boolean {
  if (!/^[A-Za-z0-9+/_=\s-]+$/.test(text)) return false;
  const decoded = Buffer.from(text.replace(/\s+/g, '').slice(0, 4_000), 'base64').toString(
    'latin1',
  );
  return /^[a-z0-9]+:\/\/|^[\w.-]+:\d/im.test(decoded);
}

/** Distinguishes a record from another JSON object on a single line. */
function isRecord(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return false;
    return ['config', 'host', 'ip', 'address'].some((name) => name in value);
  } catch {
    return false;
  }
}
