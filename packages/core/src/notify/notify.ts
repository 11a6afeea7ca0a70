import { describeError } from '../errors/describe-error.ts';
import { formats } from './formats.ts';
import type { Notification } from './message.ts';
import type { NotifyTarget } from './notify-target.ts';

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;

/**
 * Sends a notification to all targets at once. Never throws: what could not be sent comes back as
 * a sentence each, without the URL, which is a secret.
 *
 * @param timeoutMs of one attempt, connecting included
 */
export async function notify(
  targets: readonly NotifyTarget[],
  notification: Notification,
  timeoutMs = TIMEOUT_MS,
): Promise<readonly string[]> {
  const failures = await Promise.all(
    targets.map((target) => send(target, notification, timeoutMs)),
  );
  return failures.filter((failure) => failure !== undefined);
}

async function send(
  target: NotifyTarget,
  notification: Notification,
  timeoutMs: number,
): Promise<string | undefined> {
  const body = JSON.stringify(formats[target.service](notification));
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      if (response.ok) return undefined;
      failure = `the service answered ${response.status}`;
      // A refusal stays one; only a fault of the service is worth another try.
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      failure = describeError(error, (message) => message.replaceAll(target.url, '***'));
    }
  }
  return `${target.service}: ${failure}`;
}
