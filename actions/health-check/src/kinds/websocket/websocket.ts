import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import type { Facts } from '@repo/checks/facts';
import { getRequestSecrets, redactUrl, requestHeaders } from '@repo/checks/kinds/http-request';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { basicCredentials } from '@repo/core/inputs/http-url';
import { plainLines } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { type Connection, withConnection } from '../connection.ts';
import { readMessage, sendClose, sendText } from './frame.ts';
import { upgrade } from './upgrade.ts';

interface Options {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The first message to send. */
  readonly send: string | undefined;
}

const SWITCHING_PROTOCOLS = 101;

/** A WebSocket handshake; `message` is read only if an expectation uses it. */
export const websocket: Kind = {
  schema: targetSchema(
    {
      url: v.string(),
      headers: v.optional(requestHeaders, {}),
      send: v.optional(v.string()),
    },
    'A websocket check supports url, headers and send.',
    ({ url, headers, send }) => target({ url: parseUrl(url), headers, send }),
  ),
  fromUrl: (url, { headers }) => target({ url, headers, send: undefined }),
  variables: ['address', 'status', 'message'],
};

function target(options: Options): Target {
  const { url, headers } = options;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'wss:' ? 443 : 80);
  return {
    description: redactUrl(url),
    secrets: getRequestSecrets(url, headers),
    defaultExpectations: [isUpgraded],
    attempt: (context) =>
      withConnection({ host, port }, context, (connection) => check(connection, options, context)),
  };
}

const isUpgraded: Expectation = {
  source: 'status == 101',
  reads: ['status'],
  judge: ({ status }) =>
    status === SWITCHING_PROTOCOLS ? MET : { met: false, found: `status ${status}, expected 101` },
};

async function check(
  connection: Connection,
  { url, headers, send }: Options,
  { reads }: AttemptContext,
): Promise<Facts> {
  if (url.protocol === 'wss:') await connection.startTls({ verify: true, alpn: 'http/1.1' });
  const credentials = basicCredentials(url);
  const { status, lines } = await upgrade(connection, url, {
    ...(credentials !== undefined && { Authorization: credentials }),
    ...headers,
  });
  connection.setEvidence(() => [{ title: 'answer', lines: plainLines(lines.join('\n')) }]);
  if (status !== SWITCHING_PROTOCOLS) return { status };
  if (send !== undefined) sendText(connection, send);
  const message = reads.has('message') ? await readMessage(connection) : undefined;
  sendClose(connection);
  return { status, message };
}

function parseUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol)) {
    throw new InvalidValue('has an invalid WebSocket url', 'Write wss://example.com/path.');
  }
  return url;
}
