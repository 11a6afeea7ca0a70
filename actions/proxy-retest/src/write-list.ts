import {
  type Change,
  type Changes,
  isMaterial,
  type NewFields,
  newFields,
  retestFields,
} from './changes.ts';
import type { FindPlace } from './geo.ts';
import type { Histories } from './history/state-file.ts';
import type { ByteSource } from './list/byte-source.ts';
import { setMembers } from './list/json-members.ts';
import { type Edit, edited, type Pieces, writePieces } from './list/rewrite.ts';
import { encodeSubscription } from './list/subscription.ts';
import type { Entry, Listed, Survey } from './survey.ts';

export interface WriteRules {
  /** Only the fields that the list has anyway are changed. */
  readonly compat: boolean;
  /** What the list says is renewed when it is older, milliseconds. */
  readonly maxAge: number;
  /** An endpoint that has been dead for longer leaves the list, milliseconds. */
  readonly dropAfter: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where an address is; without it, nothing of that is touched. */
  readonly findPlace: FindPlace | undefined;
}

/** Which records are to be dropped, and whether anything is worth writing. */
export interface Rewriting {
  readonly isMaterial: boolean;
  readonly dropped: ReadonlySet<Listed>;
}

/** What the changes do to the list, before anything is written. */
export function rewritingOf(
  { records, list }: Survey,
  changes: Changes,
  histories: Histories,
  { maxAge, dropAfter, now }: WriteRules,
): Rewriting {
  const dropped = new Set<Listed>();
  let hasNews = false;
  for (const record of records) {
    const { entry, published } = record;
    if (entry === undefined) continue;
    const change = changes.get(entry.id);
    const history = change ? change.after : histories.get(entry.id);
    if (history?.status === 'dead' && history.fails > 1 && now - history.since > dropAfter) {
      dropped.add(record);
      hasNews = true;
      continue;
    }
    if (hasNews || change === undefined || !list.isJson) continue;
    const fields = newFields(change);
    hasNews = fields !== undefined && isMaterial(fields, published, maxAge);
  }
  return { isMaterial: hasNews, dropped };
}

/** Writes the list anew: what did not change stays as it is, byte for byte. */
export async function writeList(
  path: string,
  found: Survey,
  changes: Changes,
  { dropped }: Rewriting,
  rules: WriteRules,
  original: ByteSource,
): Promise<void> {
  const pieces = edited(found.list.source, edits(found, changes, dropped, rules));
  await writePieces(path, found.list.format === 'base64' ? encoded(pieces, original) : pieces);
}

async function* encoded(pieces: Pieces, original: ByteSource): Pieces {
  const lines: Buffer[] = [];
  for await (const piece of pieces) lines.push(Buffer.from(piece));
  yield encodeSubscription(Buffer.concat(lines), await original.read(0, original.size));
}

async function* edits(
  { records, list }: Survey,
  changes: Changes,
  dropped: ReadonlySet<Listed>,
  { compat, findPlace }: WriteRules,
): AsyncIterable<Edit> {
  let hasKept = false;
  for (const [at, record] of records.entries()) {
    const { start, end, entry } = record;
    if (dropped.has(record)) {
      const neighbours = { before: hasKept ? records[at - 1] : undefined, after: records[at + 1] };
      const cut =
        list.format === 'json'
          ? cutElement(record, neighbours)
          : { start, end: await endOfLine(list.source, end) };
      yield { ...cut, bytes: EMPTY };
      continue;
    }
    hasKept = true;
    const change = entry && changes.get(entry.id);
    const fields = change && newFields(change);
    if (!entry || !change || fields === undefined || !list.isJson) continue;
    const raw = (await list.source.read(start, end - start)).toString('latin1');
    // A link that stands in the array as it is has no place for results.
    if (!raw.startsWith('{')) continue;
    const place = placeOf(entry, change, findPlace);
    const text = setMembers(raw, membersFor(raw, fields, place, compat));
    if (text !== raw) yield { start, end, bytes: Buffer.from(text, 'latin1') };
  }
}

const EMPTY = Buffer.alloc(0);

/** The members that a record gets: a stranger's shape gets no fields of ConfigStream's. */
function membersFor(
  raw: string,
  fields: NewFields,
  place: object,
  compat: boolean,
): Record<string, unknown> {
  const record: Record<string, unknown> = JSON.parse(raw);
  const tested_at = timeLike(record.tested_at, fields.tested_at);
  const plain = { latency: fields.latency, is_working: fields.is_working, tested_at };
  const isOurs = 'config' in record || 'is_working' in record;
  const own = isOurs ? plain : {};
  if (compat) {
    const known = Object.entries(place).filter(([name]) => name in record);
    return { ...Object.fromEntries(known), ...own };
  }
  const { latency, is_working } = fields;
  const rest = isOurs ? {} : { alive: is_working, latency, tested_at };
  return { ...place, ...own, retest: { ...rest, ...fields.retest } };
}

/**
 * Where what is alive is, by the address that was dialled; of one that went through an engine, by
 * what the list says.
 */
function placeOf({ host }: Entry, { finding }: Change, findPlace: FindPlace | undefined): object {
  return finding.state === 'alive' && findPlace ? findPlace(finding.address || host) : {};
}

/** A time written as the one before it was: `+00:00` where that stood. */
function timeLike(before: unknown, now: string): string {
  return typeof before === 'string' && before.endsWith('+00:00')
    ? now.replace(/Z$/, '+00:00')
    : now;
}

/** An element of an array goes with the comma before it; those at the front, with the one after. */
function cutElement(
  { start, end }: Listed,
  { before, after }: { readonly before: Listed | undefined; readonly after: Listed | undefined },
) {
  return before ? { start: before.end, end } : { start, end: after?.start ?? end };
}

/** Where the line ends that goes on at `at`, with its line feed. */
async function endOfLine(source: ByteSource, at: number): Promise<number> {
  for await (const chunk of source.chunks(at)) {
    const feed = chunk.indexOf(0x0a);
    if (feed >= 0) return at + feed + 1;
    break;
  }
  return source.size;
}

/** Where that goes which `compat` keeps out of the list. */
export function sideFile(output: string): string {
  return `${output}.retest.ndjson`;
}

/** The side file: NDJSON, a line an endpoint of the list, sorted. */
export async function writeSideFile(
  output: string,
  { entries }: Survey,
  known: Histories,
): Promise<void> {
  await writePieces(sideFile(output), sideLines(entries, known));
}

async function* sideLines(entries: readonly Entry[], known: Histories): AsyncIterable<Buffer> {
  for (const { id } of entries.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const history = known.get(id);
    if (history === undefined) continue;
    const { status, at } = history;
    const line = { id, status, tested_at: new Date(at).toISOString(), ...retestFields(history) };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
}
