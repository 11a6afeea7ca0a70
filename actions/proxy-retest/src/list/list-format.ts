import { plain } from '@repo/core/text/untrusted';
import type { ByteSource } from './byte-source.ts';
import { memorySource } from './byte-source.ts';
import { BrokenList, type Scan } from './scan.ts';
import { scanJsonArray } from './scan-json-array.ts';
import { scanLines } from './scan-lines.ts';
import { decodeSubscription } from './subscription.ts';

export const LIST_FORMATS = ['json', 'ndjson', 'plain', 'base64'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** A list whose form is known. */
export interface OpenList {
  readonly format: ListFormat;
  /** Of base64 what is within. */
  readonly source: ByteSource;
  readonly scan: Scan;
  /** Whether its records are JSON objects, which can carry results. */
  readonly isJson: boolean;
}

const HEAD_BYTES = 65_536;

/** Throws {@link BrokenList} when the bytes are in no form that it could be in. */
export async function openList(source: ByteSource, wanted: ListFormat | 'auto'): Promise<OpenList> {
  if (source.size === 0) throw new BrokenList('is empty');
  const head = (await source.read(0, HEAD_BYTES)).toString('latin1').replace(/^\xef\xbb\xbf/, '');
  if (head.includes('\0')) throw new BrokenList('is not text: it has zero bytes');
  if (head.trim() === '' && source.size <= HEAD_BYTES) throw new BrokenList('is empty');
  const format = wanted === 'auto' ? formatOf(head) : wanted;
  switch (format) {
    case 'json':
      return { format, source, scan: scanJsonArray, isJson: true };
    case 'ndjson':
      return { format, source, scan: scanLines, isJson: true };
    case 'plain':
      return { format, source, scan: scanLines, isJson: false };
    case 'base64': {
      const decoded = decodeSubscription(await source.read(0, source.size));
      if (decoded === undefined) throw new BrokenList('is not base64');
      return { format, source: memorySource(decoded), scan: scanLines, isJson: false };
    }
  }
}

function formatOf(head: string): ListFormat {
  const text = head.trimStart();
  if (text.startsWith('[') && !/^\[[0-9a-f:.]+\]:\d/i.test(text)) return 'json';
  if (text.startsWith('{')) {
    const [line = ''] = text.split('\n', 1);
    if (isRecord(line)) return 'ndjson';
    throw new BrokenList('is a JSON object, where an array of records was expected');
  }
  if (/^("|true\b|false\b|null\b|-?\d+(\.\d+)?\s*$)/.test(text)) {
    throw new BrokenList(`is a JSON value (${plain(text, 20)}), where an array was expected`);
  }
  if (text.startsWith('<')) throw new BrokenList('is a page (HTML or XML), no list');
  return looksEncoded(text) ? 'base64' : 'plain';
}

function looksEncoded(text: string): boolean {
  if (!/^[A-Za-z0-9+/_=\s-]+$/.test(text)) return false;
  const whole = Buffer.from(text.replace(/\s+/g, '').slice(0, 4_000), 'base64').toString('latin1');
  return /^[a-z0-9]+:\/\/|^[\w.-]+:\d/im.test(whole);
}

/** One that could be a record; a whole file on one line may be an object of another kind. */
function isRecord(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return false;
    return ['config', 'host', 'ip', 'address'].some((name) => name in value);
  } catch {
    return false;
  }
}
