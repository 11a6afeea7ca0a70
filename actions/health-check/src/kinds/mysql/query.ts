import { parseJson } from '@repo/checks/parse-json';
import { Refusal } from '../connection.ts';
import { type Row, wholeNumber } from '../row.ts';
import { fieldsOf, type Packets } from './packet.ts';

const COMMAND_QUERY = 3;
const COMMAND_PING = 14;

interface Column {
  readonly name: string;
  readonly type: number;
}

/** Asks whether the server is alive; throws where it is not. */
export async function ping(packets: Packets): Promise<void> {
  packets.command(Buffer.from([COMMAND_PING]));
  await packets.next();
}

/** Asks, and goes when the first row is there: the rest is not waited for. */
export async function firstRow(packets: Packets, query: string): Promise<Row | undefined> {
  packets.command(Buffer.concat([Buffer.from([COMMAND_QUERY]), Buffer.from(query)]));
  const head = await packets.next();
  if (head[0] === 0x00) return undefined;
  // A server may ask for any file of ours here.
  if (head[0] === 0xfb) throw new Refusal('it asks for a file');
  const columns: Column[] = [];
  for (let left = fieldsOf(head).length() ?? 0; left > 0; left--) {
    columns.push(columnOf(await packets.next()));
  }
  if (!isEnd(await packets.next())) throw new Refusal('it does not speak MySQL’s protocol');
  const row = await packets.next();
  return isEnd(row) ? undefined : rowOf(columns, row);
}

function isEnd(packet: Buffer): boolean {
  return packet[0] === 0xfe && packet.length < 9;
}

function columnOf(packet: Buffer): Column {
  const fields = fieldsOf(packet);
  // Catalog, schema, table and its own name.
  for (let left = 4; left > 0; left--) fields.text();
  const name = fields.text() ?? '';
  fields.text();
  // The length of what follows, character set and width.
  fields.skip(1 + 2 + 4);
  return { name, type: fields.int(1) };
}

function rowOf(columns: readonly Column[], packet: Buffer): Row {
  const fields = fieldsOf(packet);
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const text = fields.text();
      return [name, text === null ? null : (READERS[type]?.(text) ?? text)];
    }),
  );
}

/** Types that are no text: decimals, whole numbers, floats, years, JSON. */
const READERS: Readonly<Record<number, (text: string) => unknown>> = {
  0: Number,
  1: Number,
  2: Number,
  3: Number,
  4: Number,
  5: Number,
  8: wholeNumber,
  9: Number,
  13: Number,
  245: parseJson,
  246: Number,
};
