import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Changes, hasDied, hasRevived } from './changes.ts';
import { healthOf, scoreOf } from './history/score.ts';
import type { Histories } from './history/state-file.ts';
import { writePieces } from './list/rewrite.ts';
import { renderMetadata } from './outputs/metadata.ts';
import type { FurtherOutput, OutputKind } from './outputs/output-line.ts';
import type { Published, Rendered } from './outputs/published.ts';
import { type Entry, recordAt, type Survey } from './survey.ts';

/** For each kind how it is made of what is alive; loaded when it is wanted. */
const RENDERERS: Readonly<
  Record<Exclude<OutputKind, 'metadata'>, (alive: readonly Published[]) => Promise<Rendered>>
> = {
  txt: async (alive) => (await import('./outputs/share-links.ts')).renderText(alive),
  base64: async (alive) => (await import('./outputs/share-links.ts')).renderSubscription(alive),
  clash: async (alive) => (await import('./outputs/clash.ts')).renderClash(alive),
  'sing-box': async (alive) => (await import('./outputs/sing-box.ts')).renderSingBox(alive),
};

export interface FurtherFacts {
  readonly found: Survey;
  readonly changes: Changes;
  /** All that is known after the run. */
  readonly known: Histories;
  /** The list was written. */
  readonly changed: boolean;
  readonly workspace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Writes the further files, best first, when the list changed or they are not there yet. What is
 * told: formats that have no words for some endpoints.
 */
export async function writeFurther(
  outputs: readonly FurtherOutput[],
  facts: FurtherFacts,
): Promise<readonly string[]> {
  const notes: string[] = [];
  let published: readonly Published[] | undefined;
  for (const { kind, path } of outputs) {
    const place = resolve(facts.workspace, path);
    if (!facts.changed && (await exists(place))) continue;
    if (kind === 'metadata') {
      await writePieces(place, oneOf(metadataOf(facts)));
      continue;
    }
    published ??= await publishedOf(facts);
    const { text, leftOut } = await RENDERERS[kind](published);
    if (leftOut > 0) notes.push(`${leftOut} of them cannot be written for ${kind}`);
    await writePieces(place, oneOf(text));
  }
  return notes;
}

function aliveOf({ found, known }: FurtherFacts): readonly Entry[] {
  return found.entries.filter(({ id, published }) => {
    const history = known.get(id);
    return history ? history.status !== 'dead' : published.isWorking === true;
  });
}

async function publishedOf(facts: FurtherFacts): Promise<readonly Published[]> {
  const { found, known } = facts;
  const score = ({ id, published }: Entry): number => {
    const history = known.get(id);
    const health = (history && healthOf(history)) ?? published.health ?? 0;
    return scoreOf(health, history?.latency ?? published.latency, {
      isTampered: history?.tampered ?? false,
    });
  };
  const scored = aliveOf(facts).map((entry) => ({ entry, score: score(entry) }));
  scored.sort((a, b) => b.score - a.score || (a.entry.id < b.entry.id ? -1 : 1));
  const published: Published[] = [];
  for (const { entry } of scored) {
    const record = await recordAt(found, entry);
    if (record) published.push(record);
  }
  return published;
}

function metadataOf(facts: FurtherFacts): string {
  const { found, changes, now } = facts;
  const alive = aliveOf(facts);
  const protocols: Record<string, number> = {};
  for (const { protocol } of alive) protocols[protocol] = (protocols[protocol] ?? 0) + 1;
  const byId = new Map(found.entries.map((entry) => [entry.id, entry.published]));
  const tested = [...changes].filter(([, { finding }]) => /alive|failed/.test(finding.state));
  const latencies = tested.flatMap(([, { finding }]) =>
    finding.state === 'alive' ? [finding.latency] : [],
  );
  const count = (test: typeof hasDied) =>
    tested.filter(([id, change]) => test(change, byId.get(id) ?? {})).length;
  return renderMetadata({
    total: found.entries.length,
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

async function* oneOf(text: string): AsyncIterable<Buffer> {
  yield Buffer.from(text);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
