import { plainLines } from '@repo/core/text/untrusted';
import type { PhaseTimings } from '@repo/probe/failure';
import type { HttpResponse } from '@repo/probe/http';
import { DurationFact, type Facts } from '../facts.ts';
import { parseJson } from '../parse-json.ts';
import { toTlsFacts } from './certificate.ts';
import type { Evidence } from './observation.ts';

/** The variables of {@link getResponseFacts}. */
export const HTTP_VARIABLES = [
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

export function getResponseFacts(
  response: HttpResponse,
  phases: PhaseTimings,
  redirects: number,
  reads: ReadonlySet<string>,
): Facts {
  const body =
    reads.has('body') || reads.has('json') ? decodeBody(response, response.body) : undefined;
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
    tls: response.certificate && toTlsFacts(response.certificate, Date.now()),
    latency: new DurationFact(phases.total),
  };
}

/** Decodes a body in the charset of its content type. The default is UTF-8. */
function decodeBody({ headers }: Pick<HttpResponse, 'headers'>, body: Buffer): string {
  const [, charset = 'utf-8'] =
    /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '') ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

/** The start of a response, to explain why it did not meet an expectation. */
export function getResponseEvidence({
  body,
  headers,
  status,
  statusText,
  truncated,
}: HttpResponse): readonly Evidence[] {
  const type = headers['content-type'] ?? 'no content type';
  return [
    {
      title: `response ${status} ${statusText} (${type}${truncated ? ', truncated' : ''})`,
      // The upper limit of the input body-excerpt. The report shortens it to the configured size.
      lines: plainLines(decodeBody({ headers }, body.subarray(0, 16_384)), 40),
    },
  ];
}
