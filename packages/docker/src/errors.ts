import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { textAt } from './json.ts';

/** The daemon did not respond: not running, permission denied, certificate rejected or timeout. */
export class DaemonUnreachable extends ActionError {}

/** The daemon responded with an error or with invalid data. */
export class DaemonError extends ActionError {
  readonly status: number;

  constructor(status: number, message: string, options: { remedy: string }) {
    super(message, options);
    this.status = status;
  }
}

/** Creates the error for an unexpected status of `request` (`GET /info`). */
export function daemonError(request: string, status: number, message: string): DaemonError {
  const [, remedy] = REMEDY_BY_MESSAGE.find(([pattern]) => pattern.test(message)) ?? [];
  const details = message.trim() === '' ? '' : `: ${plain(message)}`;
  return new DaemonError(status, `${request}: the Docker daemon answered ${status}${details}`, {
    remedy: remedy ?? 'Check the log of the Docker daemon (journalctl -u docker).',
  });
}

/** Reads the message in the body of an error response: `{"message": "…"}`, or plain text. */
export function readErrorMessage(body: Buffer): string {
  const text = body.toString('utf8', 0, 4_096);
  try {
    return textAt(JSON.parse(text), 'message') || text;
  } catch {
    return text;
  }
}

const REMEDY_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [
    /HTTP request to an HTTPS server/i,
    'The daemon requires TLS. Set tls-ca, tls-cert and tls-key.',
  ],
  [
    /authorization denied|permission denied|forbidden/i,
    'The daemon denied access. Ask its administrator.',
  ],
];

/** Creates the error for a failed connection, with a remedy for its cause. */
export function unreachable(address: string, cause: unknown): DaemonUnreachable {
  const code = String((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
  return new DaemonUnreachable(`cannot reach the Docker daemon at ${plain(address)}`, {
    remedy:
      REMEDY_BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ??
      'Check that the daemon is running and that host, context or DOCKER_HOST is correct.',
    cause,
  });
}

const REMEDY_BY_CODE: readonly (readonly [RegExp, string])[] = [
  [
    /^ENOENT$/,
    'Start Docker on this machine, mount its socket into the job, or set host or context.',
  ],
  [
    /^EACCES|EPERM$/,
    "Give the runner's user access to the socket (add the user to the group docker).",
  ],
  [/^ECONNREFUSED$/, 'Start the daemon on that host, or correct host, context or DOCKER_HOST.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'Check the host name and the DNS settings of the runner.'],
  [
    /^ETIMEDOUT$/,
    'Check that the daemon is running and not blocked by a firewall, or increase timeout.',
  ],
  [
    /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/,
    'Check tls-ca, tls-cert and tls-key against the certificates of the daemon.',
  ],
  [/^NO_CLI$/, 'Install the docker CLI on the runner. It is required for contexts and ssh.'],
];
