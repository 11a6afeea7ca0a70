import { constants, createReadStream } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration, formatDuration } from '@repo/core/inputs/duration';
import { formatSize } from '@repo/core/inputs/size';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { digest } from '../digest.ts';
import { requireDiskSpace } from '../disk-space.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { runSqlite } from './run-sqlite.ts';

const COPY_FILE = 'copy.db';
/** Smaller corrections of the clock do not make the age invalid. */
const CLOCK_SKEW_MS = 60_000;

const options = v.strictObject(
  {
    path: v.pipe(v.string(), v.nonEmpty('is empty\nSet the path of the database.')),
    'max-data-age': v.optional(field(duration({ min: 1 }))),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'sqlite supports path, max-data-age and timeout.',
);

type Options = v.InferOutput<typeof options>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const partSchema = v.object({
  format: v.literal('sqlite/v1'),
  bytes: count,
  sha256: v.string(),
  /** The checksum of the schema from {@link runSqlite}. */
  schema: v.string(),
  pageSize: count,
  wal: v.boolean(),
  mode: v.pipe(count, v.maxValue(0o7777)),
  uid: count,
  gid: count,
});

/** A SQLite database, which may be in use. */
export const sqlite = strategyModule<Options>({
  name: 'sqlite',
  options,
  create: (given): Strategy => ({
    name: 'sqlite',
    title: `sqlite ${plain(given.path)}`,
    capture: (folder, ports) => capture(given, folder, ports),
    preflight: (target, ports) => preflight(given, target, ports),
    apply: (target, ports) => apply(given, target, ports),
    identify: (target, ports) => identify(given, target, ports),
  }),
});

async function capture(given: Options, folder: string, ports: Ports): Promise<Part> {
  const { path, timeout } = given;
  const live = resolve(ports.workspace, path);
  const found = await stat(live).catch(() => undefined);
  if (!found?.isFile()) {
    throw new ActionError(`the database ${plain(path)} does not exist`, {
      remedy: 'Correct path.',
    });
  }
  await requireDiskSpace([{ folder, bytes: found.size * 2, files: 1 }]);
  const to = join(folder, COPY_FILE);
  const request = {
    operation: 'capture',
    path: live,
    to,
    lockTimeoutMs: getLockTimeoutMs(given),
  } as const;
  const { schema, pageSize, wal } = await runSqlite(request, plain(path), timeout, ports);
  const { mode, uid, gid } = found;
  return {
    format: 'sqlite/v1',
    ...(await digest(createReadStream(to))),
    schema,
    pageSize,
    wal,
    uid,
    gid,
    mode: mode & 0o7777,
  };
}

function preflight(given: Options, target: Target, ports: Ports): Promise<Preflight> {
  return runPreflight(async () => {
    const { path, timeout, 'max-data-age': maxAgeMs } = given;
    const { folder, part, takenMs } = readSnapshotPart(target, partSchema);
    const ageMs = Math.max(0, ports.clock.now() - takenMs);
    if (maxAgeMs !== undefined && takenMs > ports.clock.now() + CLOCK_SKEW_MS) {
      throw new ActionError(
        `the age of the copy of ${plain(path)} is unknown, because it was taken in the future (${new Date(takenMs).toISOString()})`,
        { remedy: 'Correct the clock of the machine, or remove max-data-age.' },
      );
    }
    if (maxAgeMs !== undefined && ageMs > maxAgeMs) {
      throw new ActionError(
        `the copy of ${plain(path)} is ${formatDuration(ageMs)} old, and max-data-age is ${formatDuration(maxAgeMs)}`,
        { remedy: 'Raise max-data-age to accept the loss of newer data, or remove sqlite.' },
      );
    }
    const copy = join(folder, COPY_FILE);
    await requireUnchanged(copy, part);
    const inspect = await runSqlite(
      { operation: 'inspect', path: copy },
      'the copy',
      timeout,
      ports,
    );
    if (inspect.schema !== part.schema) throw createDamaged('has a different schema');

    const live = resolve(ports.workspace, path);
    const found = await stat(live).catch(() => undefined);
    if (found !== undefined && !found.isFile()) {
      throw new ActionError(`${plain(path)} is not a file`, { remedy: 'Correct path.' });
    }
    await access(dirname(live), constants.W_OK).catch((cause) => {
      throw new ActionError(`the folder ${dirname(live)} is not writable`, {
        remedy: 'Grant write access to the user of the runner.',
        cause,
      });
    });
    // For the log or the new file, and for the growth of the database.
    const growthBytes = Math.max(0, part.bytes - (found?.size ?? 0));
    await requireDiskSpace([{ folder: dirname(live), bytes: part.bytes + growthBytes, files: 3 }]);
    if (found !== undefined) await requirePageSize(given, live, part.pageSize, ports);
    return {
      step: `restores ${plain(path)} (${formatSize(part.bytes)}) from ${formatDuration(ageMs)} ago (${new Date(takenMs).toISOString()})`,
      warnings: [
        `writes to ${plain(path)} in the ${formatDuration(ageMs)} since the snapshot are lost`,
      ],
    };
  });
}

/** SQLite cannot change the page size of a database that has a write-ahead log. */
async function requirePageSize(
  given: Options,
  live: string,
  pageSize: number,
  ports: Ports,
): Promise<void> {
  const request = {
    operation: 'identify',
    path: live,
    lockTimeoutMs: getLockTimeoutMs(given),
  } as const;
  const current = await runSqlite(request, plain(given.path), given.timeout, ports).catch(
    (error) => {
      // A damaged database can be restored.
      if (error instanceof ActionError) return undefined;
      throw error;
    },
  );
  if (current === undefined || !current.wal || current.pageSize === pageSize) return;
  throw new ActionError(
    `${plain(given.path)} has a page size of ${current.pageSize} bytes, but the copy has ${pageSize}`,
    { remedy: 'Stop the programs that use it, and set PRAGMA journal_mode = DELETE.' },
  );
}

async function apply(given: Options, target: Target, ports: Ports) {
  const { path, timeout } = given;
  const { folder, part, takenMs } = readSnapshotPart(target, partSchema);
  const copy = join(folder, COPY_FILE);
  await requireUnchanged(copy, part);
  const { mode, uid, gid, wal } = part;
  const { schema } = await runSqlite(
    {
      operation: 'restore',
      path: resolve(ports.workspace, path),
      from: copy,
      lockTimeoutMs: getLockTimeoutMs(given),
      mode,
      uid,
      gid,
      wal,
    },
    plain(path),
    timeout,
    ports,
  );
  if (schema !== part.schema)
    throw createDamaged(`has a different schema after the restore to ${plain(path)}`);
  const at = new Date(takenMs).toISOString();
  return { done: `restored ${plain(path)} from ${at}; integrity_check passed` };
}

/** Identifies the database by its schema, because its content changes with every write. */
async function identify(given: Options, target: Target, ports: Ports): Promise<Identity> {
  const { part } = readSnapshotPart(target, partSchema);
  const live = resolve(ports.workspace, given.path);
  const request = {
    operation: 'identify',
    path: live,
    lockTimeoutMs: getLockTimeoutMs(given),
  } as const;
  try {
    const current = await runSqlite(request, plain(given.path), given.timeout, ports);
    const [found, expected] = [current.schema, part.schema].map(
      (schema) => `schema ${schema.slice(0, 12)}`,
    ) as [string, string];
    return current.schema === part.schema
      ? { kind: 'same', found }
      : { kind: 'other', found, expected };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

/** @throws ActionError if the copy was changed */
async function requireUnchanged(
  copy: string,
  part: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const found = await lstat(copy).catch(() => undefined);
  if (found === undefined) throw createDamaged('is missing');
  if (!found.isFile()) throw createDamaged('is not a file');
  const { bytes, sha256 } = await digest(createReadStream(copy));
  if (bytes !== part.bytes || sha256 !== part.sha256)
    throw createDamaged('has a different checksum');
}

function createDamaged(problem: string): ActionError {
  return new ActionError(`the copy of the database ${problem}`, {
    remedy: 'Use another snapshot.',
  });
}

/** The wait for locks of other processes; shorter than the timeout, so that it is reported. */
function getLockTimeoutMs({ timeout }: Options): number {
  return Math.min(60_000, Math.floor(timeout / 2));
}
