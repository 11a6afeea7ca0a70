import { ActionError } from '@repo/core/errors/action-error';
import { computeIdentity, type Endpoint, type NativeEndpoint } from '../endpoint/endpoint.ts';
import type { ByteSource } from './byte-source.ts';
import { type ListFormat, type OpenList, openList } from './list-format.ts';
import { type PublishedStatus, type ReadRecord, readJsonRecord, readLine } from './read-record.ts';
import { InvalidList } from './scan.ts';

/** A record of the list, with its byte range. */
export interface ListRecord {
  readonly start: number;
  readonly end: number;
  /** `undefined` when the record is not a valid endpoint. */
  readonly entry: ListEntry | undefined;
  readonly published: PublishedStatus;
}

/** An endpoint of the list; several records may contain it. */
export interface ListEntry {
  /** SHA-256 of the endpoint in hexadecimal. */
  readonly id: string;
  readonly host: string;
  readonly protocol: Endpoint['protocol'];
  /** Byte range of the first record that contains it. */
  readonly start: number;
  readonly end: number;
  /** The status in that record. */
  readonly published: PublishedStatus;
}

export interface ProxyList {
  readonly content: OpenList;
  readonly records: readonly ListRecord[];
  readonly entries: readonly ListEntry[];
  /** Records that are not tested. */
  readonly invalid: RecordIssues;
  /** Records with an invalid field that are tested anyway. */
  readonly problems: RecordIssues;
  readonly read: (raw: string) => ReadRecord;
}

/** The number of issues with records, and the first of them. */
export interface RecordIssues {
  readonly count: number;
  readonly first: readonly { readonly record: number; readonly reason: string }[];
}

const MAX_ISSUES = 50;
const NO_STATUS: PublishedStatus = {};

/** Reads the list, one record at a time. Throws an {@link ActionError} when the list is invalid. */
export async function readList(
  source: ByteSource,
  name: string,
  format: ListFormat | 'auto',
): Promise<ProxyList> {
  try {
    return await readRecords(source, name, format);
  } catch (error) {
    if (!(error instanceof InvalidList)) throw error;
    throw new ActionError(`the list ${name} ${error.message}`, {
      remedy:
        'Nothing was written. Restore the list from an earlier commit, or check list and format.',
    });
  }
}

async function readRecords(
  source: ByteSource,
  name: string,
  format: ListFormat | 'auto',
): Promise<ProxyList> {
  const content = await openList(source, format);
  const protocol = guessProtocol(name);
  const read = content.isJson ? readJsonRecord : (raw: string) => readLine(raw, protocol);
  const records: ListRecord[] = [];
  const entries = new Map<string, ListEntry>();
  const invalid = createCollector();
  const problems = createCollector();
  for await (const { start, end, raw } of content.scan(content.source.chunks())) {
    const record = read(raw);
    if (record.kind === 'comment') continue;
    if (record.kind === 'invalid') {
      invalid.add(records.length + 1, record.reason);
      records.push({ start, end, entry: undefined, published: NO_STATUS });
      continue;
    }
    const { endpoint, published } = record;
    for (const reason of record.problems) problems.add(records.length + 1, reason);
    const id = computeIdentity(endpoint);
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = { id, host: endpoint.host, protocol: endpoint.protocol, start, end, published };
      entries.set(id, entry);
    }
    records.push({ start, end, entry, published });
  }
  return {
    content,
    records,
    entries: [...entries.values()],
    invalid: invalid.collected(),
    problems: problems.collected(),
    read,
  };
}

/** Reads a record again from its byte range. */
export async function readRecordAt(
  { content, read }: ProxyList,
  { start, end }: Pick<ListEntry, 'start' | 'end'>,
): Promise<Extract<ReadRecord, { kind: 'endpoint' }> | undefined> {
  const raw = (await content.source.read(start, end - start)).toString('latin1');
  const record = read(raw);
  return record.kind === 'endpoint' ? record : undefined;
}

export async function readEndpointAt(
  list: ProxyList,
  entry: Pick<ListEntry, 'start' | 'end'>,
): Promise<Endpoint | undefined> {
  return (await readRecordAt(list, entry))?.endpoint;
}

/** The protocol of a bare `host:port`, by the name of the file: `socks5.txt`. */
function guessProtocol(name: string): NativeEndpoint['protocol'] {
  const [match] = /socks5|socks4a|socks4|https/.exec(name.toLowerCase()) ?? [];
  return (match as NativeEndpoint['protocol'] | undefined) ?? 'http';
}

function createCollector() {
  const first: { readonly record: number; readonly reason: string }[] = [];
  let count = 0;
  return {
    add: (record: number, reason: string) => {
      count++;
      if (first.length < MAX_ISSUES) first.push({ record, reason });
    },
    collected: (): RecordIssues => ({ count, first }),
  };
}
