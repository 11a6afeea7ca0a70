import type { Log } from '../action/log.ts';
import type { FindProxy } from '../action/proxies.ts';
import { describeError } from '../errors/describe-error.ts';
import { formats } from './formats.ts';
import type { Notification } from './message.ts';
import type { NotifyTarget } from './notify-target.ts';

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
/** Time limit after a cancellation, ms. The runner kills the process 7.5 s after it. */
const AFTER_CANCEL_MS = 2_000;

export interface NotifyOptions {
  /** Of one attempt, including the connection, ms. */
  readonly timeoutMs?: number;
  /** Aborted on cancellation: then the notification is still sent, with a short time limit. */
  readonly cancel?: AbortSignal;
  readonly afterCancelMs?: number;
  /** The proxy that Node uses, for the messages of failures. */
  readonly findProxy?: FindProxy;
  readonly debug?: Log['debug'];
}

/**
 * Sends a notification to all targets concurrently. Never throws. Returns one sentence per failed
 * target, without the URL, which is a secret.
 */
export async function notify(
  targets: readonly NotifyTarget[],
  notification: Notification,
  options: NotifyOptions = {},
): Promise<readonly string[]> {
  const { cancel, afterCancelMs = AFTER_CANCEL_MS } = options;
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const hurry = () => {
    timer = setTimeout(() => over.abort(cancel?.reason), afterCancelMs);
  };
  if (cancel?.aborted) hurry();
  else cancel?.addEventListener('abort', hurry, { once: true });
  try {
    const failures = await Promise.all(
      targets.map((target) => send(target, notification, options, over.signal)),
    );
    return failures.filter((failure) => failure !== undefined);
  } finally {
    clearTimeout(timer);
    cancel?.removeEventListener('abort', hurry);
  }
}

async function send(
  target: NotifyTarget,
  notification: Notification,
  { timeoutMs = TIMEOUT_MS, findProxy, debug = () => {} }: NotifyOptions,
  over: AbortSignal,
): Promise<string | undefined> {
  const body = JSON.stringify(formats[target.service](notification));
  const proxy = findProxy?.(new URL(target.url));
  const through = proxy ? ` (through the proxy ${proxy.host})` : '';
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(target.authorization !== undefined && { authorization: target.authorization }),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      // The URL is a secret, so the debug log has only its host.
      debug(() => `notify: POST ${new URL(target.url).host}${through} → ${response.status}`);
      if (response.ok) return undefined;
      failure = `the service answered ${response.status}`;
      // Retries server errors only, because a rejected request stays rejected.
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      failure = describeError(error, (message) => message.replaceAll(target.url, '***'));
      debug(() => `notify: POST ${new URL(target.url).host}${through} failed: ${failure}`);
      if (over.aborted) break;
    }
    if (attempt < ATTEMPTS) debug(`notify: retrying at once, because ${failure}`);
  }
  return `${target.service}: ${failure}${through}`;
}
