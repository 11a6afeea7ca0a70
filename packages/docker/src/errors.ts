import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';

/** No answer came: nobody there, no permission, no trust, too late. */
export class DaemonUnreachable extends ActionError {}

/** The daemon answered, but not as it should. */
export class DaemonError extends ActionError {
  readonly status: number;

  constructor(status: number, message: string, options: { remedy: string }) {
    super(message, options);
    this.status = status;
  }
}

/** An error for a status that the caller has no use for. */
export function refused(what: string, status: number, said: string): DaemonError {
  const [, remedy] = HINTS.find(([pattern]) => pattern.test(said)) ?? [];
  const words = said.trim() === '' ? '' : `: ${plain(said)}`;
  return new DaemonError(status, `${what}: the Docker daemon answered ${status}${words}`, {
    remedy: remedy ?? 'Look into the log of the Docker daemon (journalctl -u docker).',
  });
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/HTTP request to an HTTPS server/i, 'The daemon wants TLS: give tls-ca, tls-cert and tls-key.'],
  [/authorization denied|permission denied|forbidden/i, 'The daemon forbids it; ask who runs it.'],
];

/** What went wrong on the way to a daemon, with what to do about it. */
export function unreachable(place: string, cause: unknown): DaemonUnreachable {
  const code = String((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
  return new DaemonUnreachable(`cannot reach the Docker daemon at ${plain(place)}`, {
    remedy:
      REMEDIES.find(([pattern]) => pattern.test(code))?.[1] ??
      'Check that the daemon runs and that host, context or DOCKER_HOST name it.',
    cause,
  });
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^ENOENT$/,
    'Start Docker on this machine, mount its socket into the job, or give host or context.',
  ],
  [/^EACCES|EPERM$/, "Let the runner's user use the socket (add it to the group docker)."],
  [/^ECONNREFUSED$/, 'Start the daemon there, or correct host, context or DOCKER_HOST.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'Check the name of the host, and the DNS of the runner.'],
  [
    /^ETIMEDOUT$/,
    'Check that the daemon is up and that no firewall is in between, or raise timeout.',
  ],
  [
    /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/,
    'Check tls-ca, tls-cert and tls-key against the certificates of the daemon.',
  ],
  [/^NO_CLI$/, 'Install the docker CLI on the runner: contexts and ssh go through it.'],
];
