import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Kept, Ports, Strategy } from '../strategies/strategy.ts';
import { damageOf, sealFolder } from './kept-files.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

const MANIFEST = 'manifest.json';

/** What is kept of an environment on this machine, a folder a snapshot. */
export interface SnapshotStore {
  /** Whole ones, newest first. What cannot be read is told and left alone. */
  readonly list: () => Promise<readonly Manifest[]>;
  /**
   * Keeps what is there now, by all strategies that keep anything, or by none.
   *
   * @throws ActionError where one of them could not
   */
  readonly take: (
    strategies: readonly Strategy[],
    about: Pick<Manifest, 'id' | 'kind' | 'revision' | 'content' | 'before'>,
  ) => Promise<Manifest>;
  /** What is wrong with its files, as a clause; `undefined` where all are as they were. */
  readonly damage: (snapshot: Manifest) => Promise<string | undefined>;
  /** A strategy's part of it. */
  readonly keptBy: (snapshot: Manifest | undefined, strategy: Strategy) => Kept | undefined;
  /** Removes snapshots, and what a kill has left of others. */
  readonly remove: (gone: readonly Manifest[], strategies: readonly Strategy[]) => Promise<void>;
}

export interface SnapshotStoreOptions {
  readonly environment: string;
  /** The state folder of this environment. */
  readonly stateDir: string;
  readonly ports: Ports;
}

export function snapshotStore({
  environment,
  stateDir,
  ports,
}: SnapshotStoreOptions): SnapshotStore {
  const root = join(stateDir, 'snapshots');
  const folderOf = (id: string) => join(root, id);
  const names = async () =>
    (
      await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw unusable(root, error);
      })
    )
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

  const read = async (id: string): Promise<Manifest | undefined> => {
    const text = await readFile(join(folderOf(id), MANIFEST), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const manifest = v.parse(manifestSchema, JSON.parse(text));
      if (manifest.id === id && manifest.environment === environment) return manifest;
    } catch {
      // It is told below, in words.
    }
    ports.log.info(`The snapshot ${plain(id, 60)} is left alone: its manifest is not one of ours.`);
    return undefined;
  };

  const store: SnapshotStore = {
    list: async () => {
      const all = await Promise.all((await names()).map(read));
      return all
        .filter((one) => one !== undefined)
        .sort((one, other) => other.number - one.number || other.takenMs - one.takenMs);
    },

    take: async (strategies, about) => {
      const folder = folderOf(about.id);
      const parts: Manifest['parts'] = [];
      try {
        // What a kill has left is no beginning.
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const [index, { name, title, capture }] of strategies.entries()) {
          if (capture === undefined) continue;
          const own = `${index + 1}-${name}`;
          await mkdir(join(folder, own), { mode: 0o700 });
          ports.log.info(`Keeping ${title} …`);
          const part = await capture(join(folder, own), ports);
          parts.push({
            title,
            folder: own,
            part,
            files: [...(await sealFolder(join(folder, own)))],
          });
        }
        const manifest: Manifest = {
          schema: 'deploy-rollback-snapshot/v1',
          ...about,
          environment,
          takenMs: ports.clock.now(),
          number: ((await store.list())[0]?.number ?? 0) + 1,
          parts,
        };
        await writeDurably(join(folder, MANIFEST), JSON.stringify(manifest));
        return manifest;
      } catch (error) {
        for (const { title, part, folder: own } of parts) {
          const kept = { folder: join(folder, own), part, takenMs: ports.clock.now() };
          const owner = strategies.find((one) => one.title === title);
          await owner?.forget?.(kept, ports).catch(() => {});
        }
        await rm(folder, { recursive: true, force: true }).catch(() => {});
        ports.signal.throwIfAborted();
        if (error instanceof ActionError) throw error;
        throw unusable(folder, error);
      }
    },

    damage: async (snapshot) => {
      for (const { folder, files } of snapshot.parts) {
        const inside = join(folderOf(snapshot.id), folder);
        const damage = await damageOf(inside, files).catch((error) => describeError(error));
        if (damage !== undefined) return damage;
      }
      return undefined;
    },

    keptBy: (snapshot, { title }) => {
      const part = snapshot?.parts.find((one) => one.title === title);
      if (snapshot === undefined || part === undefined) return undefined;
      return {
        folder: join(folderOf(snapshot.id), part.folder),
        part: part.part,
        takenMs: snapshot.takenMs,
      };
    },

    remove: async (gone, strategies) => {
      for (const snapshot of gone) {
        for (const strategy of strategies) {
          const kept = store.keptBy(snapshot, strategy);
          if (kept) await strategy.forget?.(kept, ports);
        }
        await rm(join(folderOf(snapshot.id), MANIFEST), { force: true });
      }
      for (const id of await names()) {
        const there = await readFile(join(folderOf(id), MANIFEST)).catch(() => undefined);
        if (there === undefined) await rm(folderOf(id), { recursive: true, force: true });
      }
    },
  };
  return store;
}

/** A file that is there whole, whatever happens. */
async function writeDurably(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

function unusable(folder: string, cause: unknown): ActionError {
  return new ActionError(`no snapshot can be kept in ${folder}`, {
    remedy: 'Give state-dir a folder of the user that runs this, on a disk with room.',
    cause,
  });
}
