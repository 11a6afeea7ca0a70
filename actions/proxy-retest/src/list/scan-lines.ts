import { InvalidList, MAX_RECORD_BYTES, type RecordSpan } from './scan.ts';

const LINE_FEED = 0x0a;

/** The lines without surrounding white space; blank lines are skipped. */
export async function* scanLines(chunks: AsyncIterable<Buffer>): AsyncIterable<RecordSpan> {
  let offset = 0;
  let kept = '';
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const line = kept + chunk.toString('latin1', from, at);
      yield* toRecordSpan(line, offset + at - line.length);
      kept = '';
      from = at + 1;
    }
    kept += chunk.toString('latin1', from);
    offset += chunk.length;
    if (kept.length > MAX_RECORD_BYTES) {
      throw new InvalidList(`has a line longer than ${MAX_RECORD_BYTES} bytes`);
    }
  }
  yield* toRecordSpan(kept, offset - kept.length);
}

function* toRecordSpan(line: string, start: number): Iterable<RecordSpan> {
  // A byte order mark, decoded as Latin-1.
  const mark = start === 0 && line.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const trimmedStart = line.slice(mark).trimStart();
  const raw = trimmedStart.trimEnd();
  if (raw === '') return;
  const at = start + line.length - trimmedStart.length;
  yield { start: at, end: at + raw.length, raw };
}
