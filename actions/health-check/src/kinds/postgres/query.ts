import { parseJson } from '@repo/checks/parse-json';
import { Refusal, type Wire } from '../connection.ts';
import { type Row, wholeNumber } from '../row.ts';
import { cString, message, nextMessage } from './message.ts';

interface Column {
  readonly name: string;
  /** The number of its type in `pg_type`. */
  readonly type: number;
}

/** Asks, and goes when the first row is there: the rest is not waited for. */
export async function firstRow(wire: Wire, query: string): Promise<Row | undefined> {
  wire.send(message('Q', cString(query)));
  let columns: readonly Column[] = [];
  for (;;) {
    const { type, body } = await nextMessage(wire);
    if (type === 'T') columns = columnsOf(body);
    if (type === 'D') {
      wire.send(message('X'));
      return rowOf(columns, body);
    }
    if (type === 'Z') {
      wire.send(message('X'));
      return undefined;
    }
    if (type === 'G' || type === 'H') throw new Refusal('a COPY has no row');
  }
}

/** @throws RangeError when the body is shorter than it says */
function columnsOf(body: Buffer): readonly Column[] {
  const columns: Column[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    columns.push({ name: body.toString('utf8', at, end), type: body.readInt32BE(end + 7) });
    at = end + 19;
  }
  return columns;
}

/** @throws RangeError when the body is shorter than it says */
function rowOf(columns: readonly Column[], body: Buffer): Row {
  let at = 2;
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const length = body.readInt32BE(at);
      const from = at + 4;
      at = from + Math.max(0, length);
      return [name, length < 0 ? null : typed(type, body.toString('utf8', from, at))];
    }),
  );
}

/** Types that are no text; of `pg_type.dat` in PostgreSQL's source. */
const READERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  20: wholeNumber,
  21: Number,
  23: Number,
  26: Number,
  700: Number,
  701: Number,
  1700: Number,
  114: parseJson,
  3802: parseJson,
};

function typed(type: number, text: string): unknown {
  return READERS[type]?.(text) ?? text;
}
