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
import type { LogEntry } from '../logs/entries.ts';
import { readTail } from '../logs/tail.ts';
import { hostOption } from './docker-host.ts';
import { probeLocally, resolvePath } from './local-probe.ts';

const VARIABLES = ['lines', 'levels', 'errors', 'warnings', 'categories', 'unmatched', 'requests'];
/** Lines to read without `tail` and `since`. */
const DEFAULT_TAIL = 1_000;
/** The newest part of a log that is read. */
const MAX_BYTES = 16 * 2 ** 20;

interface Options {
  readonly file?: string | undefined;
  readonly container?: string | undefined;
  readonly host?: Endpoint | undefined;
  readonly tail?: number | undefined;
  /** Age in ms. */
  readonly since?: number | undefined;
}

/** The recent log of a file or a container; by default it must contain no errors. */
export const log: Kind = {
  schema: targetSchema(
    {
      file: v.optional(nonEmptyText),
      container: v.optional(nonEmptyText),
      ...hostOption,
      tail: v.optional(field(integer({ min: 1, max: 1_000_000 }))),
      since: v.optional(field(duration({ min: 1 }))),
    },
    'A log check supports file or container, host, tail and since.',
    target,
  ),
  variables: VARIABLES,
};

function target(options: Options): Target {
  const { file, container, host } = options;
  if ((file === undefined) === (container === undefined)) {
    throw new InvalidValue(
      file === undefined ? 'has neither file nor container' : 'has both file and container',
      'Write one of file and container.',
    );
  }
  if (host !== undefined && container === undefined) {
    throw new InvalidValue('has a host but no container', 'Add container, or remove host.');
  }
  const description = file === undefined ? `log of container ${container}` : file;
  return {
    description,
    secrets: [],
    defaultExpectations: [celExpectation('errors == 0', VARIABLES)],
    attempt: (context) =>
      probeLocally(description, context, async (signal) => {
        const now = Date.now();
        const since = options.since === undefined ? undefined : now - options.since;
        const source =
          file === undefined
            ? await readContainer(options, since, context, signal)
            : await readFileLog(resolvePath(context.machine.workspace, file), options);
        if ('state' in source) return source;
        if (source.isCut && source.streams.every(({ length }) => length === 0)) {
          return unknownObservation(
            `${description} has no complete line in its last ${formatSize(MAX_BYTES)}`,
          );
        }
        // The Docker daemon filters the lines of a container by time.
        const period = { now, since: file === undefined ? undefined : since };
        const analysis = await analyse(source.streams, period, signal);
        if (period.since !== undefined && analysis.isUndated && source.streams[0]?.length !== 0) {
          return unknownObservation(`${description} has no timestamps, which since requires`, true);
        }
        return {
          facts: toFacts(analysis),
          findings: () => [createOverview(analysis, source.isCut)],
          evidence: () => [listErrors(analysis)],
        };
      }),
  };
}

interface Source {
  readonly streams: readonly (readonly string[])[];
  readonly isCut: boolean;
}

/** With `since` and without `tail`, the number of lines is not limited. */
function getTail({ tail, since }: Options): number | undefined {
  return tail ?? (since === undefined ? DEFAULT_TAIL : undefined);
}

async function readFileLog(
  path: string,
  options: Options,
): Promise<Source | ReturnType<typeof unknownObservation>> {
  const stats = await stat(path);
  if (!stats.isFile()) return unknownObservation(`${options.file} is not a file`);
  const { lines, isCut } = await readTail(path, { lines: getTail(options), maxBytes: MAX_BYTES });
  return { streams: [lines], isCut };
}

async function readContainer(
  options: Options,
  since: number | undefined,
  context: AttemptContext,
  signal: AbortSignal,
): Promise<Source | ReturnType<typeof unknownObservation>> {
  const { container = '', host } = options;
  const { withDocker } = await import('./docker-daemon.ts');
  const { containerLogs } = await import('@repo/docker/logs');
  const tail = getTail(options);
  return withDocker(host, context, signal, async (daemon) => {
    const logs = await containerLogs(daemon, container, {
      ...(tail !== undefined && { tail }),
      ...(since !== undefined && { sinceMs: since }),
      maxBytes: MAX_BYTES,
    });
    if (logs === undefined) return unknownObservation(`container ${container} does not exist`);
    const streams = Map.groupBy(logs.lines, ({ stream }) => stream);
    return {
      streams: [...streams.values()].map((lines) => lines.map(({ text }) => text)),
      isCut: logs.truncated,
    };
  });
}

function toFacts({ requests, ...counts }: Analysis): Facts {
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

/** The counts that are not zero. */
function createOverview(analysis: Analysis, isCut: boolean): Evidence {
  const { lines, levels, errors, warnings, categories, unmatched, requests } = analysis;
  const breakdown = [formatCounts(requests.byMethod), formatCounts(requests.byStatus)].filter(
    (text) => text !== '',
  );
  return {
    title: `log of ${lines} lines${isCut ? `, truncated to ${formatSize(MAX_BYTES)}` : ''}`,
    lines: [
      `errors: ${errors}${inBrackets(formatCounts(categories))}, warnings: ${warnings}, unmatched lines: ${unmatched}`,
      ...(formatCounts(levels) === '' ? [] : [`levels: ${formatCounts(levels)}`]),
      ...(requests.total === 0
        ? []
        : [
            `requests: ${requests.total}${inBrackets(breakdown.join('; '))}, clients: ${requests.clients}`,
            ...requests.topPaths.map(({ path, count }) => `${count} × ${plain(path, 100)}`),
          ]),
    ],
  };
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${plain(name, 20)} ${count}`)
    .join(', ');
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

function listErrors({ latestErrors }: Analysis): Evidence {
  return { title: 'latest errors, newest first', lines: latestErrors.map(headline) };
}

/** The first line of an entry; for an exception, also the line with its name. */
function headline({ lines, record }: LogEntry): string {
  const [first = ''] = lines;
  const last = lines.findLast((line) => line !== '' && !/^\s/.test(line)) ?? first;
  const text = record?.exception && last !== first ? `${first} … ${last}` : first;
  return plain(scrub(text));
}
