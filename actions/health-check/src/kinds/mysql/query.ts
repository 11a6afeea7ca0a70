import { parseJson } from '@repo/checks/parse-json';
import { ProtocolError } from '../connection.ts';
import { parseInteger, type Row } from '../row.ts';
import { createFieldReader, type Packets } from './packet.ts';

const COMMAND_QUERY = 3;
const COMMAND_PING = 14;

interface Column {
  readonly name: string;
  readonly type: number;
}

/** Throws if the server does not answer. */
export async function ping(packets: Packets): Promise<void> {
  packets.command(Buffer.from([COMMAND_PING]));
  await packets.next();
}

/** Runs the query and returns the first row, without waiting for the others. */
export async function queryFirstRow(packets: Packets, query: string): Promise<Row | undefined> {
  packets.command(Buffer.concat([Buffer.from([COMMAND_QUERY]), Buffer.from(query)]));
  const head = await packets.next();
  if (head[0] === 0x00) return undefined;
  // LOAD DATA LOCAL: the server could request any local file.
  if (head[0] === 0xfb) throw new ProtocolError('the server requests a local file');
  const columns: Column[] = [];
  for (let left = createFieldReader(head).length() ?? 0; left > 0; left--) {
    columns.push(parseColumn(await packets.next()));
  }
  if (!isEnd(await packets.next())) {
    throw new ProtocolError('the server does not speak the MySQL protocol');
  }
  const row = await packets.next();
  return isEnd(row) ? undefined : parseRow(columns, row);
}

function isEnd(packet: Buffer): boolean {
  return packet[0] === 0xfe && packet.length < 9;
}

function parseColumn(packet: Buffer): Column {
  const fields = createFieldReader(packet);
  // Catalog, schema, table and original table.
  for (let left = 4; left > 0; left--) fields.text();
  const name = fields.text() ?? '';
  fields.text();
  // Length of the fixed fields, character set, column width.
  fields.skip(1 + 2 + 4);
  return { name, type: fields.int(1) };
}

function parseRow(columns: readonly Column[], packet: Buffer): Row {
  const fields = createFieldReader(packet);
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const text = fields.text();
      return [name, text === null ? null : (READERS[type]?.(text) ?? text)];
    }),
  );
}

/** Column types that are not text: decimals, integers, floats, years, JSON. */
const READERS: Readonly<Record<number, (text: string) => unknown>> = {
  0: Number,
  1: Number,
  2: Number,
  3: Number,
  4: Number,
  5: Number,
  8: parseInteger,
  9: Number,
  13: Number,
  245: parseJson,
  246: Number,
};
