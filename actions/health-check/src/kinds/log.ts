import { stat } from 'node:fs/promises';
import { celExpectation } from '@repo/checks/expectations/cel';
import { DurationFact, type Facts } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import { type Evidence, unknownObservation } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { scrub } from '@repo/checks/scrub';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { duration } from '@repo/core/inputs/duration';
import { integer } from '@repo/core/inputs/integer';
import { formatSize } from '@repo/core/inputs/size';
import { plain } from '@repo/core/text/untrusted';
import type { Endpoint } from '@repo/docker/endpoint';
import * as v from 'valibot';
import { type Analysis, analyse } from '../logs/analyse.ts';
import type { Entry } from '../logs/entries.ts';
import { readTail } from '../logs/tail.ts';
import { hostOption } from './docker-host.ts';
import { probeLocally, resolvePath } from './local-probe.ts';

const VARIABLES = ['lines', 'levels', 'errors', 'warnings', 'categories', 'unmatched', 'requests'];
/** Lines that are read where the user asks for no other number and no time. */
const USUAL_TAIL = 1_000;
/** Most of a log that is read, its newest part, bytes. */
const MOST_BYTES = 16 * 2 ** 20;

interface Options {
  readonly file?: string | undefined;
  readonly container?: string | undefined;
  readonly host?: Endpoint | undefined;
  readonly tail?: number | undefined;
  /** How long ago, ms. */
  readonly since?: number | undefined;
}

/** What a file or a container logged lately, by default without an error. */
export const log: Kind = {
  schema: targetSchema(
    {
      file: v.optional(nonEmptyText),
      container: v.optional(nonEmptyText),
      ...hostOption,
      tail: v.optional(field(integer({ min: 1, max: 1_000_000 }))),
      since: v.optional(field(duration({ min: 1 }))),
    },
    'A log check knows file or container, host, tail and since.',
    target,
  ),
  variables: VARIABLES,
};

function target(options: Options): Target {
  const { file, container, host } = options;
  if ((file === undefined) === (container === undefined)) {
    throw new InvalidValue(
      file === undefined ? 'names no log' : 'names two logs',
      'Write file, or container.',
    );
  }
  if (host !== undefined && container === undefined) {
    throw new InvalidValue('has a host but no container', 'Write container, or leave out host.');
  }
  const what = file === undefined ? `log of container ${container}` : file;
  return {
    description: what,
    secrets: [],
    defaultExpectations: [celExpectation('errors == 0', VARIABLES)],
    attempt: (context) =>
      probeLocally(what, context, async (signal) => {
        const now = Date.now();
        const since = options.since === undefined ? undefined : now - options.since;
        const source =
          file === undefined
            ? await readContainer(options, since, context, signal)
            : await readFileLog(resolvePath(context.machine.workspace, file), options);
        if ('state' in source) return source;
        if (source.isCut && source.streams.every(({ length }) => length === 0)) {
          return unknownObservation(
            `${what} has no line within the ${formatSize(MOST_BYTES)} that are read`,
          );
        }
        // The daemon knows best when a line came.
        const period = { now, since: file === undefined ? undefined : since };
        const analysis = await analyse(source.streams, period, signal);
        if (period.since !== undefined && analysis.isUndated && source.streams[0]?.length !== 0) {
          return unknownObservation(
            `no line of ${what} says when it was written, as since needs it`,
            true,
          );
        }
        return {
          facts: factsOf(analysis),
          findings: () => [overview(analysis, source.isCut)],
          evidence: () => [errorsOf(analysis)],
        };
      }),
  };
}

interface Source {
  readonly streams: readonly (readonly string[])[];
  readonly isCut: boolean;
}

/** With `since`, what is older than that is no reason to stop at a number of lines. */
function tailOf({ tail, since }: Options): number | undefined {
  return tail ?? (since === undefined ? USUAL_TAIL : undefined);
}

async function readFileLog(
  path: string,
  options: Options,
): Promise<Source | ReturnType<typeof unknownObservation>> {
  const found = await stat(path);
  if (!found.isFile()) return unknownObservation(`${options.file} is not a file`);
  const { lines, isCut } = await readTail(path, { lines: tailOf(options), maxBytes: MOST_BYTES });
  return { streams: [lines], isCut };
}

async function readContainer(
  options: Options,
  since: number | undefined,
  context: AttemptContext,
  signal: AbortSignal,
): Promise<Source | ReturnType<typeof unknownObservation>> {
  const { container = '', host } = options;
  const { askDocker } = await import('./docker-daemon.ts');
  const { containerLogs } = await import('@repo/docker/logs');
  const tail = tailOf(options);
  return askDocker(host, context, signal, async (daemon) => {
    const logs = await containerLogs(daemon, container, {
      ...(tail !== undefined && { tail }),
      ...(since !== undefined && { sinceMs: since }),
      maxBytes: MOST_BYTES,
    });
    if (logs === undefined) return unknownObservation(`there is no container ${container}`);
    const streams = Map.groupBy(logs.lines, ({ stream }) => stream);
    return {
      streams: [...streams.values()].map((lines) => lines.map(({ text }) => text)),
      isCut: logs.truncated,
    };
  });
}

function factsOf({ requests, ...counts }: Analysis): Facts {
  const { latency, ...rest } = requests;
  return {
    lines: counts.lines,
    levels: counts.levels,
    errors: counts.errors,
    warnings: counts.warnings,
    categories: counts.categories,
    unmatched: counts.unmatched,
    requests: {
      ...rest,
      latency: latency && {
        p50: new DurationFact(latency.p50),
        p95: new DurationFact(latency.p95),
        max: new DurationFact(latency.max),
      },
    },
  };
}

/** The counts, those that are not zero. */
function overview(analysis: Analysis, isCut: boolean): Evidence {
  const { lines, levels, errors, warnings, categories, unmatched, requests } = analysis;
  const kinds = [counts(requests.byMethod), counts(requests.byStatus)].filter((one) => one !== '');
  return {
    title: `log of ${lines} lines${isCut ? `, cut at ${formatSize(MOST_BYTES)}` : ''}`,
    lines: [
      `errors: ${errors}${inBrackets(counts(categories))}, warnings: ${warnings}, unmatched lines: ${unmatched}`,
      ...(counts(levels) === '' ? [] : [`levels: ${counts(levels)}`]),
      ...(requests.total === 0
        ? []
        : [
            `requests: ${requests.total}${inBrackets(kinds.join('; '))}, clients: ${requests.clients}`,
            ...requests.topPaths.map(({ path, count }) => `${count} × ${plain(path, 100)}`),
          ]),
    ],
  };
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${plain(name, 20)} ${count}`)
    .join(', ');
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

/** The errors only. */
function errorsOf({ latestErrors }: Analysis): Evidence {
  return { title: 'latest errors, newest first', lines: latestErrors.map(headline) };
}

/** The first line of a record; of an exception, also the line that names it. */
function headline({ lines, record }: Entry): string {
  const [first = ''] = lines;
  const last = lines.findLast((line) => line !== '' && !/^\s/.test(line)) ?? first;
  const text = record?.exception && last !== first ? `${first} … ${last}` : first;
  return plain(scrub(text));
}
