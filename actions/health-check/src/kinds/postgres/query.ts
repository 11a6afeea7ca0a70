import { parseJson } from '@repo/checks/parse-json';
import { type Connection, ProtocolError } from '../connection.ts';
import { parseInteger, type Row } from '../row.ts';
import { cString, encodeMessage, nextMessage } from './message.ts';

interface Column {
  readonly name: string;
  /** The OID of the type in `pg_type`. */
  readonly type: number;
}

/** Runs the query and returns the first row, without waiting for the others. */
export async function queryFirstRow(
  connection: Connection,
  query: string,
): Promise<Row | undefined> {
  connection.send(encodeMessage('Q', cString(query)));
  let columns: readonly Column[] = [];
  for (;;) {
    const { type, body } = await nextMessage(connection);
    if (type === 'T') columns = parseColumns(body);
    if (type === 'D') {
      connection.send(encodeMessage('X'));
      return parseRow(columns, body);
    }
    if (type === 'Z') {
      connection.send(encodeMessage('X'));
      return undefined;
    }
    if (type === 'G' || type === 'H') throw new ProtocolError('COPY does not return rows');
  }
}

/** @throws RangeError when the body is too short */
function parseColumns(body: Buffer): readonly Column[] {
  const columns: Column[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    columns.push({ name: body.toString('utf8', at, end), type: body.readInt32BE(end + 7) });
    at = end + 19;
  }
  return columns;
}

/** @throws RangeError when the body is too short */
function parseRow(columns: readonly Column[], body: Buffer): Row {
  let at = 2;
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const length = body.readInt32BE(at);
      const from = at + 4;
      at = from + Math.max(0, length);
      return [name, length < 0 ? null : parseValue(type, body.toString('utf8', from, at))];
    }),
  );
}

/** Types that are not text, by OID; see `pg_type.dat` in the PostgreSQL source. */
const READERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  20: parseInteger,
  21: Number,
  23: Number,
  26: Number,
  700: Number,
  701: Number,
  1700: Number,
  114: parseJson,
  3802: parseJson,
};

function parseValue(type: number, text: string): unknown {
  return READERS[type]?.(text) ?? text;
}
