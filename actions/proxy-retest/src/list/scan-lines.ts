import { BrokenList, MOST_RECORD_BYTES, type Span } from './scan.ts';

const LINE_FEED = 0x0a;

/** The lines, without what ends them and without the white space around them; blank ones are none. */
export async function* scanLines(chunks: AsyncIterable<Buffer>): AsyncIterable<Span> {
  let offset = 0;
  let kept = '';
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const line = kept + chunk.toString('latin1', from, at);
      yield* spanOf(line, offset + at - line.length);
      kept = '';
      from = at + 1;
    }
    kept += chunk.toString('latin1', from);
    offset += chunk.length;
    if (kept.length > MOST_RECORD_BYTES) {
      throw new BrokenList(`has a line of more than ${MOST_RECORD_BYTES} bytes`);
    }
  }
  yield* spanOf(kept, offset - kept.length);
}

function* spanOf(line: string, start: number): Iterable<Span> {
  // A byte order mark, as Latin-1 has it.
  const mark = start === 0 && line.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const trimmedStart = line.slice(mark).trimStart();
  const raw = trimmedStart.trimEnd();
  if (raw === '') return;
  const at = start + line.length - trimmedStart.length;
  yield { start: at, end: at + raw.length, raw };
}
