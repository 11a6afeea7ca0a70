import { plainLines } from '@repo/core/text/untrusted';
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
  const body = reads.has('body') || reads.has('json') ? textOf(response, response.body) : undefined;
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

/** A body as text, in the encoding that it says, else in UTF-8, as it is where nobody knows it. */
function textOf({ headers }: Pick<HttpResponse, 'headers'>, body: Buffer): string {
  const [, charset = 'utf-8'] =
    /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '') ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
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
      lines: plainLines(textOf({ headers }, body.subarray(0, 16_384)), 40),
    },
  ];
}
