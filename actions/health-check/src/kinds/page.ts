import { plainLines } from '@repo/core/untrusted';
import type { PhaseTimings } from '@repo/probe/failure';
import type { HttpResponse } from '@repo/probe/http';
import { DurationFact } from '../expectations/duration-fact.ts';
import { parseJson } from '../json.ts';
import { tlsFacts } from './certificate.ts';
import type { Evidence, Facts } from './kind.ts';

/** The names under which expressions find what is in {@link pageFacts}. */
export const PAGE_VARIABLES = [
  'status',
  'headers',
  'body',
  'json',
  'size',
  'redirects',
  'httpVersion',
  'address',
  'phases',
  'tls',
];

/** What an answer over HTTP tells. */
export function pageFacts(
  response: HttpResponse,
  phases: PhaseTimings,
  redirects: number,
  reads: ReadonlySet<string>,
): Facts {
  const body = reads.has('body') || reads.has('json') ? response.body.toString('utf8') : undefined;
  return {
    status: response.status,
    headers: response.headers,
    body,
    json: reads.has('json') && body !== undefined ? parseJson(body) : undefined,
    size: response.size,
    redirects,
    httpVersion: response.httpVersion,
    address: response.address,
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, ms]) => [name, new DurationFact(ms as number)]),
    ),
    tls: response.certificate && tlsFacts(response.certificate, Date.now()),
    latency: new DurationFact(phases.total),
  };
}

/** What explains an answer that was not the expected one. */
export function pageEvidence({
  body,
  headers,
  status,
  statusText,
  truncated,
}: HttpResponse): readonly Evidence[] {
  const type = headers['content-type'] ?? 'no content type';
  return [
    {
      title: `answer ${status} ${statusText} (${type}${truncated ? ', cut' : ''})`,
      // Enough for any excerpt that may be asked for; it is cut again when it is shown.
      lines: plainLines(body.subarray(0, 16_384).toString('utf8'), 40),
    },
  ];
}
