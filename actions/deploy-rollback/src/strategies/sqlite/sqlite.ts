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
import { keptPart, preflightOf } from '../kept-part.ts';
import { requireRoom } from '../room.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { ask } from './ask.ts';

const COPY = 'copy.db';
/** The clock may be put right by so little without making an age doubtful, milliseconds. */
const CLOCK_SKEW_MS = 60_000;

const options = v.strictObject(
  {
    path: v.pipe(v.string(), v.nonEmpty('is empty\nWrite the path of the database.')),
    'max-data-age': v.optional(field(duration({ min: 1 }))),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'sqlite knows path, max-data-age and timeout.',
);

type Options = v.InferOutput<typeof options>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const keptSchema = v.object({
  format: v.literal('sqlite/v1'),
  bytes: count,
  sha256: v.string(),
  /** As {@link ask} has it. */
  schema: v.string(),
  pageSize: count,
  wal: v.boolean(),
  mode: v.pipe(count, v.maxValue(0o7777)),
  uid: count,
  gid: count,
});

/** A SQLite database, also one that is in use. */
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
    throw new ActionError(`there is no database ${plain(path)}`, { remedy: 'Correct path.' });
  }
  await requireRoom([{ folder, bytes: found.size * 2, files: 1 }]);
  const to = join(folder, COPY);
  const question = { do: 'capture', path: live, to, patienceMs: patience(given) } as const;
  const { schema, pageSize, wal } = await ask(question, plain(path), timeout, ports);
  const { mode, uid, gid } = found;
  return {
    format: 'sqlite/v1',
    ...(await digest(createReadStream(to))),
    ...{ schema, pageSize, wal, uid, gid, mode: mode & 0o7777 },
  };
}

function preflight(given: Options, target: Target, ports: Ports): Promise<Preflight> {
  return preflightOf(async () => {
    const { path, timeout, 'max-data-age': maxAge } = given;
    const { folder, part, takenMs } = keptPart(target, keptSchema);
    const age = Math.max(0, ports.clock.now() - takenMs);
    if (maxAge !== undefined && takenMs > ports.clock.now() + CLOCK_SKEW_MS) {
      throw new ActionError(
        `nobody knows how old the copy of ${plain(path)} is: by the clock it is taken at ${new Date(takenMs).toISOString()}`,
        { remedy: 'Set the clock, or leave max-data-age out if losing what came since is right.' },
      );
    }
    if (maxAge !== undefined && age > maxAge) {
      throw new ActionError(
        `the copy of ${plain(path)} is ${formatDuration(age)} old, and max-data-age is ${formatDuration(maxAge)}`,
        { remedy: 'Raise max-data-age if losing that much is right, or leave sqlite out.' },
      );
    }
    const copy = join(folder, COPY);
    await requireSame(copy, part);
    const look = await ask({ do: 'look', path: copy }, 'the copy', timeout, ports);
    if (look.schema !== part.schema) throw notKept('has another schema');

    const live = resolve(ports.workspace, path);
    const found = await stat(live).catch(() => undefined);
    if (found !== undefined && !found.isFile()) {
      throw new ActionError(`${plain(path)} is no file`, { remedy: 'Correct path.' });
    }
    await access(dirname(live), constants.W_OK).catch((cause) => {
      throw new ActionError(`nothing may be written into ${dirname(live)}`, {
        remedy: 'Let the user of the runner write there.',
        cause,
      });
    });
    // Once as a log or a draft, and once more where the file has to grow.
    const grows = Math.max(0, part.bytes - (found?.size ?? 0));
    await requireRoom([{ folder: dirname(live), bytes: part.bytes + grows, files: 3 }]);
    if (found !== undefined) await requirePageSize(given, live, part.pageSize, ports);
    return {
      step: `puts back ${plain(path)} (${formatSize(part.bytes)}) as it was ${formatDuration(age)} ago, at ${new Date(takenMs).toISOString()}`,
      warnings: [
        `what was written into ${plain(path)} in the ${formatDuration(age)} since then is lost`,
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
  const question = { do: 'identify', path: live, patienceMs: patience(given) } as const;
  const now = await ask(question, plain(given.path), given.timeout, ports).catch((error) => {
    // Whether it is whole is not what is asked: one that is not comes back all the same.
    if (error instanceof ActionError) return undefined;
    throw error;
  });
  if (now === undefined || !now.wal || now.pageSize === pageSize) return;
  throw new ActionError(
    `${plain(given.path)} has pages of ${now.pageSize} bytes now, and the copy of ${pageSize}`,
    { remedy: 'Stop what uses it, and set PRAGMA journal_mode = DELETE.' },
  );
}

async function apply(given: Options, target: Target, ports: Ports) {
  const { path, timeout } = given;
  const { folder, part, takenMs } = keptPart(target, keptSchema);
  const copy = join(folder, COPY);
  await requireSame(copy, part);
  const { mode, uid, gid, wal } = part;
  const { schema } = await ask(
    {
      do: 'restore',
      path: resolve(ports.workspace, path),
      from: copy,
      patienceMs: patience(given),
      ...{ mode, uid, gid, wal },
    },
    plain(path),
    timeout,
    ports,
  );
  if (schema !== part.schema) throw notKept(`came back as another one into ${plain(path)}`);
  const at = new Date(takenMs).toISOString();
  return { done: `${plain(path)} is as it was at ${at}, and whole (integrity_check)` };
}

/** What it holds changes as soon as somebody writes; what it is made of does not. */
async function identify(given: Options, target: Target, ports: Ports): Promise<Identity> {
  const { part } = keptPart(target, keptSchema);
  const live = resolve(ports.workspace, given.path);
  const question = { do: 'identify', path: live, patienceMs: patience(given) } as const;
  try {
    const now = await ask(question, plain(given.path), given.timeout, ports);
    const [found, expected] = [now.schema, part.schema].map(
      (schema) => `schema ${schema.slice(0, 12)}, whole`,
    ) as [string, string];
    return now.schema === part.schema
      ? { kind: 'same', found }
      : { kind: 'other', found, expected };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { kind: 'unknown', why: error.message };
  }
}

/** @throws ActionError where the copy is not what was kept */
async function requireSame(
  copy: string,
  part: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const found = await lstat(copy).catch(() => undefined);
  if (found === undefined) throw notKept('is missing');
  if (!found.isFile()) throw notKept('is no file');
  const { bytes, sha256 } = await digest(createReadStream(copy));
  if (bytes !== part.bytes || sha256 !== part.sha256) throw notKept('has another checksum');
}

function notKept(problem: string): ActionError {
  return new ActionError(`the copy of the database ${problem}`, {
    remedy: 'It is not what was kept: another snapshot has to serve.',
  });
}

/** How long the locks of others are waited for; leaves time to say so, milliseconds. */
function patience({ timeout }: Options): number {
  return Math.min(60_000, Math.floor(timeout / 2));
}
