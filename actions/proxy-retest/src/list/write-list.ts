import {
  type Change,
  type Changes,
  isSignificant,
  type RecordFields,
  toRecordFields,
  toRetestFields,
} from '../history/changes.ts';
import type { Histories } from '../history/state-file.ts';
import type { ByteSource } from './byte-source.ts';
import type { Geolocate } from './geolocation.ts';
import { setMembers } from './json-members.ts';
import type { ListEntry, ListRecord, ProxyList } from './list.ts';
import { applyEdits, type Chunks, type Edit, writeChunks } from './rewrite.ts';
import { encodeSubscription } from './subscription.ts';

export interface WriteRules {
  /** Only fields that the record already has are changed. */
  readonly existingFieldsOnly: boolean;
  /** A published test that is older is renewed. */
  readonly maxAgeMs: number;
  /** An endpoint that has been dead for longer is removed. */
  readonly dropAfterMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `undefined` leaves the location fields unchanged. */
  readonly geolocate: Geolocate | undefined;
}

export interface ListChanges {
  /** Whether anything is worth writing. */
  readonly isSignificant: boolean;
  readonly dropped: ReadonlySet<ListRecord>;
}

/** Decides what changes in the list; pure. */
export function planListChanges(
  { records, content }: ProxyList,
  changes: Changes,
  histories: Histories,
  { maxAgeMs, dropAfterMs, now }: WriteRules,
): ListChanges {
  const dropped = new Set<ListRecord>();
  let hasChanges = false;
  for (const record of records) {
    const { entry, published } = record;
    if (entry === undefined) continue;
    const change = changes.get(entry.id);
    const history = change ? change.after : histories.get(entry.id);
    if (history?.status === 'dead' && history.fails > 1 && now - history.since > dropAfterMs) {
      dropped.add(record);
      hasChanges = true;
      continue;
    }
    if (hasChanges || change === undefined || !content.isJson) continue;
    const fields = toRecordFields(change);
    hasChanges = fields !== undefined && isSignificant(fields, published, maxAgeMs);
  }
  return { isSignificant: hasChanges, dropped };
}

/** Writes the list; every byte that is not part of a change stays the same. */
export async function writeList(
  path: string,
  list: ProxyList,
  changes: Changes,
  { dropped }: ListChanges,
  rules: WriteRules,
  original: ByteSource,
): Promise<void> {
  const { source, format } = list.content;
  const chunks = applyEdits(source, createEdits(list, changes, dropped, rules));
  await writeChunks(path, format === 'base64' ? encode(chunks, original) : chunks);
}

async function* encode(chunks: Chunks, original: ByteSource): Chunks {
  const lines: Buffer[] = [];
  for await (const chunk of chunks) lines.push(Buffer.from(chunk));
  yield encodeSubscription(Buffer.concat(lines), await original.read(0, original.size));
}

async function* createEdits(
  { records, content }: ProxyList,
  changes: Changes,
  dropped: ReadonlySet<ListRecord>,
  { existingFieldsOnly, geolocate }: WriteRules,
): AsyncIterable<Edit> {
  let hasKept = false;
  for (const [at, record] of records.entries()) {
    const { start, end, entry } = record;
    if (dropped.has(record)) {
      const neighbours = { before: hasKept ? records[at - 1] : undefined, after: records[at + 1] };
      const cut =
        content.format === 'json'
          ? cutElement(record, neighbours)
          : { start, end: await findEndOfLine(content.source, end) };
      yield { ...cut, bytes: EMPTY };
      continue;
    }
    hasKept = true;
    const change = entry && changes.get(entry.id);
    const fields = change && toRecordFields(change);
    if (!entry || !change || fields === undefined || !content.isJson) continue;
    const raw = (await content.source.read(start, end - start)).toString('latin1');
    // An element that is a bare link has no fields.
    if (!raw.startsWith('{')) continue;
    const location = locate(entry, change, geolocate);
    const text = setMembers(raw, selectMembers(raw, fields, location, existingFieldsOnly));
    if (text !== raw) yield { start, end, bytes: Buffer.from(text, 'latin1') };
  }
}

const EMPTY = Buffer.alloc(0);

/** Records that do not have ConfigStream's fields get only the object `retest`. */
function selectMembers(
  raw: string,
  fields: RecordFields,
  location: object,
  existingFieldsOnly: boolean,
): Record<string, unknown> {
  const record: Record<string, unknown> = JSON.parse(raw);
  const tested_at = formatTimeLike(record.tested_at, fields.tested_at);
  const status = { latency: fields.latency, is_working: fields.is_working, tested_at };
  const isConfigStream = 'config' in record || 'is_working' in record;
  const ownFields = isConfigStream ? status : {};
  if (existingFieldsOnly) {
    const existing = Object.entries(location).filter(([name]) => name in record);
    return { ...Object.fromEntries(existing), ...ownFields };
  }
  const { latency, is_working } = fields;
  const nested = isConfigStream ? {} : { alive: is_working, latency, tested_at };
  return { ...location, ...ownFields, retest: { ...nested, ...fields.retest } };
}

/** By the address that was dialled, or the host of the list when an engine dialled it. */
function locate({ host }: ListEntry, { result }: Change, geolocate: Geolocate | undefined): object {
  return result.state === 'alive' && geolocate ? geolocate(result.address || host) : {};
}

/** Keeps the suffix of the old time: `+00:00` or `Z`. */
function formatTimeLike(before: unknown, now: string): string {
  return typeof before === 'string' && before.endsWith('+00:00')
    ? now.replace(/Z$/, '+00:00')
    : now;
}

/** Includes the comma before the element, or the one after it for the first elements. */
function cutElement(
  { start, end }: ListRecord,
  {
    before,
    after,
  }: {
    readonly before: ListRecord | undefined;
    readonly after: ListRecord | undefined;
  },
) {
  return before ? { start: before.end, end } : { start, end: after?.start ?? end };
}

/** The position after the line feed that ends the line at `at`. */
async function findEndOfLine(source: ByteSource, at: number): Promise<number> {
  for await (const chunk of source.chunks(at)) {
    const feed = chunk.indexOf(0x0a);
    if (feed >= 0) return at + feed + 1;
    break;
  }
  return source.size;
}

/** The file for the fields that `existing-fields-only` keeps out of the list. */
export function sideFilePath(output: string): string {
  return `${output}.retest.ndjson`;
}

/** NDJSON, one line per endpoint of the list, sorted by identity. */
export async function writeSideFile(
  output: string,
  { entries }: ProxyList,
  histories: Histories,
): Promise<void> {
  await writeChunks(sideFilePath(output), formatSideLines(entries, histories));
}

async function* formatSideLines(
  entries: readonly ListEntry[],
  histories: Histories,
): AsyncIterable<Buffer> {
  for (const { id } of entries.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const history = histories.get(id);
    if (history === undefined) continue;
    const { status, at } = history;
    const line = { id, status, tested_at: new Date(at).toISOString(), ...toRetestFields(history) };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
}
