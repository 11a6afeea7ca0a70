import { resolve } from 'node:path';
import { type Changes, hasDied, hasRevived } from '../history/changes.ts';
import { computeHealth, computeScore } from '../history/score.ts';
import type { Histories } from '../history/state-file.ts';
import type { ExtraFile, ExtraFileKind } from '../input-parsers.ts';
import { type ListEntry, type ProxyList, readRecordAt } from '../list/list.ts';
import { exists, writeChunks } from '../list/rewrite.ts';
import type { NamedEndpoint } from '../share-link/named-endpoint.ts';
import { formatMetadata } from './metadata.ts';
import type { Rendered } from './unique-names.ts';

/** Loaded only when the format is requested. */
const RENDERERS: Readonly<
  Record<Exclude<ExtraFileKind, 'metadata'>, (alive: readonly NamedEndpoint[]) => Promise<Rendered>>
> = {
  txt: async (alive) => (await import('./share-links.ts')).renderText(alive),
  base64: async (alive) => (await import('./share-links.ts')).renderSubscription(alive),
  clash: async (alive) => (await import('./clash.ts')).renderClash(alive),
  'sing-box': async (alive) => (await import('./sing-box.ts')).renderSingBox(alive),
};

export interface ExtraFileData {
  readonly list: ProxyList;
  readonly changes: Changes;
  /** The histories after this run. */
  readonly histories: Histories;
  /** Whether the list was written. */
  readonly changed: boolean;
  readonly workspace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Writes the files, best endpoints first, when the list changed or a file does not exist. Returns a
 * note for each format that does not support some of the endpoints.
 */
export async function writeExtraFiles(
  files: readonly ExtraFile[],
  data: ExtraFileData,
): Promise<readonly string[]> {
  const notes: string[] = [];
  let alive: readonly NamedEndpoint[] | undefined;
  for (const { kind, path } of files) {
    const file = resolve(data.workspace, path);
    if (!data.changed && (await exists(file))) continue;
    if (kind === 'metadata') {
      await writeChunks(file, toChunk(renderMetadata(data)));
      continue;
    }
    alive ??= await readAliveEndpoints(data);
    const { text, skipped } = await RENDERERS[kind](alive);
    if (skipped > 0)
      notes.push(`${skipped} of ${alive.length} endpoints are not supported by ${kind}`);
    await writeChunks(file, toChunk(text));
  }
  return notes;
}

function findAlive({ list, histories }: ExtraFileData): readonly ListEntry[] {
  return list.entries.filter(({ id, published }) => {
    const history = histories.get(id);
    return history ? history.status !== 'dead' : published.isWorking === true;
  });
}

async function readAliveEndpoints(data: ExtraFileData): Promise<readonly NamedEndpoint[]> {
  const { list, histories } = data;
  const score = ({ id, published }: ListEntry): number => {
    const history = histories.get(id);
    const health = (history && computeHealth(history)) ?? published.health ?? 0;
    return computeScore(health, history?.latency ?? published.latency, {
      isTampered: history?.tampered ?? false,
    });
  };
  const scored = findAlive(data).map((entry) => ({ entry, score: score(entry) }));
  scored.sort((a, b) => b.score - a.score || (a.entry.id < b.entry.id ? -1 : 1));
  const endpoints: NamedEndpoint[] = [];
  for (const { entry } of scored) {
    const record = await readRecordAt(list, entry);
    if (record) endpoints.push(record);
  }
  return endpoints;
}

function renderMetadata(data: ExtraFileData): string {
  const { list, changes, now } = data;
  const alive = findAlive(data);
  const protocols: Record<string, number> = {};
  for (const { protocol } of alive) protocols[protocol] = (protocols[protocol] ?? 0) + 1;
  const published = new Map(list.entries.map((entry) => [entry.id, entry.published]));
  const tested = [...changes].filter(([, { result }]) => /alive|failed/.test(result.state));
  const latencies = tested.flatMap(([, { result }]) =>
    result.state === 'alive' ? [result.latency] : [],
  );
  const count = (test: typeof hasDied) =>
    tested.filter(([id, change]) => test(change, published.get(id) ?? {})).length;
  return formatMetadata({
    total: list.entries.length,
    working: alive.length,
    tested: tested.length,
    answered: latencies.length,
    died: count(hasDied),
    revived: count(hasRevived),
    latencies,
    protocols,
    now,
  });
}

async function* toChunk(text: string): AsyncIterable<Buffer> {
  yield Buffer.from(text);
}
