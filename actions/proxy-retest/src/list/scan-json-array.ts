import { InvalidList, MAX_RECORD_BYTES, type RecordSpan } from './scan.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The elements of a JSON array, one at a time. It checks only brackets and strings: the elements are
 * parsed later, and one that is not valid JSON does not affect the others. An array without an end was
 * truncated and is invalid.
 */
export async function* scanJsonArray(chunks: AsyncIterable<Buffer>): AsyncIterable<RecordSpan> {
  let offset = 0;
  /** 0 before the array, 1 in it, more within an element, −1 after it. */
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** Start of the current element, −1 between elements. */
  let start = -1;
  let kept = '';
  let count = 0;
  for await (const chunk of chunks) {
    const found: RecordSpan[] = [];
    const length = chunk.length;
    let from = start < 0 ? -1 : 0;
    const finish = (end: number) => {
      const raw = kept + chunk.toString('latin1', from, end);
      const trimmed = raw.trimEnd();
      found.push({ start, end: start + trimmed.length, raw: trimmed });
      count++;
      start = -1;
      kept = '';
    };
    for (let at = 0; at < length; at++) {
      const byte = chunk[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte <= 0x20) continue;
      if (depth === 0) {
        // Only a byte order mark may precede it.
        if (byte === OPEN_ARRAY) depth = 1;
        else if (byte < 0x80) throw new InvalidList('does not start with [');
        continue;
      }
      if (depth < 0) throw new InvalidList(`has content after its ] (byte ${offset + at})`);
      if (depth === 1 && (byte === COMMA || byte === CLOSE_ARRAY)) {
        if (start >= 0) finish(at);
        if (byte === CLOSE_ARRAY) depth = -1;
        continue;
      }
      if (start < 0) {
        start = offset + at;
        from = at;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--;
        if (depth < 1)
          throw new InvalidList(`has an unexpected closing bracket (byte ${offset + at})`);
        if (depth === 1) finish(at + 1);
      }
    }
    if (start >= 0) kept += chunk.toString('latin1', from);
    offset += length;
    yield* found;
    if (kept.length > MAX_RECORD_BYTES) {
      throw new InvalidList(
        `has an incomplete record ${count + 1} at byte ${start}: a quote or bracket is missing`,
      );
    }
  }
  if (depth === 0) throw new InvalidList('is empty');
  if (depth > 0) {
    throw new InvalidList(`is truncated: it ends after ${count} complete records without a ]`);
  }
}
