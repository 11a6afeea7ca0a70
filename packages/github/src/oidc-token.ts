import { ActionError } from '@repo/core/errors/action-error';

const TIMEOUT = 15_000;

/** ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN, which the runner sets. */
export interface OidcService {
  readonly url: string;
  readonly token: string;
}

/** That this is a job of a workflow, as the runner certifies it (permissions: id-token: write). */
export async function oidcToken({ url, token }: OidcService, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    const { value } = Object(await response.json());
    if (!response.ok || typeof value !== 'string') {
      throw new Error(`the service answers with ${response.status}`);
    }
    return value;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('the runner gives out no OIDC token', {
      remedy: 'Give the job permissions: id-token: write.',
      cause,
    });
  }
}
