import { ActionError } from '@repo/core/errors/action-error';
import type { Endpoint, NativeEndpoint } from './endpoint/endpoint.ts';
import { identityOf } from './endpoint/identity.ts';
import type { ByteSource } from './list/byte-source.ts';
import { type ListFormat, type OpenList, openList } from './list/list-format.ts';
import { type Published, type ReadRecord, readJsonRecord, readLine } from './list/read-record.ts';
import { BrokenList } from './list/scan.ts';

/** A record of the list: where it stands, and which endpoint it names. */
export interface Listed {
  readonly start: number;
  readonly end: number;
  /** `undefined`: it names none. */
  readonly entry: Entry | undefined;
  readonly published: Published;
}

/** An endpoint of the list; several records may name it. */
export interface Entry {
  /** SHA-256 of the endpoint, hexadecimal. */
  readonly id: string;
  readonly host: string;
  readonly protocol: Endpoint['protocol'];
  /** Where the first record that names it stands. */
  readonly start: number;
  readonly end: number;
  /** What that record says. */
  readonly published: Published;
}

export interface Survey {
  readonly list: OpenList;
  readonly records: readonly Listed[];
  readonly entries: readonly Entry[];
  readonly invalid: Findings;
  /** Records that are tested, though something in them is not as it should be. */
  readonly problems: Findings;
  readonly read: (raw: string) => ReadRecord;
}

/** The first of many things to say about records, and how many there are. */
export interface Findings {
  readonly count: number;
  readonly first: readonly { readonly record: number; readonly why: string }[];
}

const MOST_TOLD = 50;

/** Reads the list, a record at a time. Throws an {@link ActionError} when it is none. */
export async function survey(
  source: ByteSource,
  name: string,
  wanted: ListFormat | 'auto',
): Promise<Survey> {
  try {
    return await surveyed(source, name, wanted);
  } catch (error) {
    if (!(error instanceof BrokenList)) throw error;
    throw new ActionError(`the list ${name} ${error.message}`, {
      remedy:
        'Nothing was written. Restore the list from an earlier commit, or check list and format.',
    });
  }
}

async function surveyed(
  source: ByteSource,
  name: string,
  wanted: ListFormat | 'auto',
): Promise<Survey> {
  const list = await openList(source, wanted);
  const protocol = protocolByName(name);
  const read = list.isJson ? readJsonRecord : (raw: string) => readLine(raw, protocol);
  const records: Listed[] = [];
  const entries = new Map<string, Entry>();
  const invalid = collector();
  const problems = collector();
  for await (const { start, end, raw } of list.scan(list.source.chunks())) {
    const record = read(raw);
    if (record.kind === 'none') continue;
    if (record.kind === 'invalid') {
      invalid.add(records.length + 1, record.why);
      records.push({ start, end, entry: undefined, published: NOTHING });
      continue;
    }
    const { endpoint, published } = record;
    for (const why of record.problems) problems.add(records.length + 1, why);
    const id = identityOf(endpoint);
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = { id, host: endpoint.host, protocol: endpoint.protocol, start, end, published };
      entries.set(id, entry);
    }
    records.push({ start, end, entry, published });
  }
  return {
    list,
    records,
    entries: [...entries.values()],
    invalid: invalid.found(),
    problems: problems.found(),
    read,
  };
}

const NOTHING: Published = {};

/** What a record names, read again from where it stands. */
export async function recordAt(
  { list, read }: Survey,
  { start, end }: Pick<Entry, 'start' | 'end'>,
): Promise<Extract<ReadRecord, { kind: 'endpoint' }> | undefined> {
  const raw = (await list.source.read(start, end - start)).toString('latin1');
  const record = read(raw);
  return record.kind === 'endpoint' ? record : undefined;
}

export async function endpointAt(
  found: Survey,
  entry: Pick<Entry, 'start' | 'end'>,
): Promise<Endpoint | undefined> {
  return (await recordAt(found, entry))?.endpoint;
}

/** A bare host:port is what the file is called after: `socks5.txt`. */
function protocolByName(name: string): NativeEndpoint['protocol'] {
  const [found] = /socks5|socks4a|socks4|https/.exec(name.toLowerCase()) ?? [];
  return (found as NativeEndpoint['protocol'] | undefined) ?? 'http';
}

function collector() {
  const first: { readonly record: number; readonly why: string }[] = [];
  let count = 0;
  return {
    add: (record: number, why: string) => {
      count++;
      if (first.length < MOST_TOLD) first.push({ record, why });
    },
    found: (): Findings => ({ count, first }),
  };
}
