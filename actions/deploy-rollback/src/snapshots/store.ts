import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { renameWithRetries } from '@repo/core/files/rename-with-retries';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Ports, SnapshotPart, Strategy } from '../strategies/strategy.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { findDamage, sealFolder } from './stored-files.ts';

const MANIFEST = 'manifest.json';

/** The snapshots of an environment on this machine, one folder each. */
export interface SnapshotStore {
  /** Complete snapshots, newest first. Unreadable ones are logged and skipped. */
  readonly list: () => Promise<readonly Manifest[]>;
  /**
   * Takes a snapshot with every strategy that captures something, or with none.
   *
   * @throws ActionError if one of them fails
   */
  readonly take: (
    strategies: readonly Strategy[],
    about: Pick<Manifest, 'id' | 'kind' | 'revision' | 'tree' | 'before'>,
  ) => Promise<Manifest>;
  /** The damage to its files, as a clause; `undefined` for unchanged files. */
  readonly findDamage: (snapshot: Manifest) => Promise<string | undefined>;
  /** The part of a strategy. */
  readonly getPart: (
    snapshot: Manifest | undefined,
    strategy: Strategy,
  ) => SnapshotPart | undefined;
  /** Removes snapshots, and incomplete ones that a kill left behind. */
  readonly remove: (
    snapshots: readonly Manifest[],
    strategies: readonly Strategy[],
  ) => Promise<void>;
}

export interface SnapshotStoreOptions {
  readonly environment: string;
  /** The state folder of this environment. */
  readonly stateDir: string;
  readonly ports: Ports;
}

export function createSnapshotStore({
  environment,
  stateDir,
  ports,
}: SnapshotStoreOptions): SnapshotStore {
  const root = join(stateDir, 'snapshots');
  const toFolder = (id: string) => join(root, id);
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
    const text = await readFile(join(toFolder(id), MANIFEST), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const manifest = v.parse(manifestSchema, JSON.parse(text));
      if (manifest.id === id && manifest.environment === environment) return manifest;
    } catch {
      // Logged below.
    }
    ports.log.info(`Skipping the snapshot ${plain(id, 60)}: its manifest is invalid.`);
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
      const folder = toFolder(about.id);
      const parts: Manifest['parts'] = [];
      try {
        // Remove what a kill left behind.
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const [index, { name, title, capture }] of strategies.entries()) {
          if (capture === undefined) continue;
          const own = `${index + 1}-${name}`;
          await mkdir(join(folder, own), { mode: 0o700 });
          ports.log.info(`Saving ${title} …`);
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

    findDamage: async (snapshot) => {
      for (const { folder, files } of snapshot.parts) {
        const inside = join(toFolder(snapshot.id), folder);
        const damage = await findDamage(inside, files).catch((error) => describeError(error));
        if (damage !== undefined) return damage;
      }
      return undefined;
    },

    getPart: (snapshot, { title }) => {
      const part = snapshot?.parts.find((one) => one.title === title);
      if (snapshot === undefined || part === undefined) return undefined;
      return {
        folder: join(toFolder(snapshot.id), part.folder),
        part: part.part,
        takenMs: snapshot.takenMs,
      };
    },

    remove: async (removed, strategies) => {
      for (const snapshot of removed) {
        for (const strategy of strategies) {
          const kept = store.getPart(snapshot, strategy);
          if (kept) await strategy.forget?.(kept, ports);
        }
        await rm(join(toFolder(snapshot.id), MANIFEST), { force: true });
      }
      for (const id of await names()) {
        const manifest = await readFile(join(toFolder(id), MANIFEST)).catch(() => undefined);
        if (manifest === undefined) await rm(toFolder(id), { recursive: true, force: true });
      }
    },
  };
  return store;
}

/** Writes a file completely or not at all. */
async function writeDurably(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameWithRetries(draft, path);
}

function unusable(folder: string, cause: unknown): ActionError {
  return new ActionError(`cannot write a snapshot to ${folder}`, {
    remedy:
      'Set state-dir to a folder that the user of the runner can write, on a disk with free space.',
    cause,
  });
}
