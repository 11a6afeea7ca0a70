import { ActionError } from '@repo/core/errors/action-error';

const TIMEOUT = 15_000;

/** ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN, set by the runner. */
export interface OidcService {
  readonly url: string;
  readonly token: string;
}

/** Requests a token that identifies the job of the workflow (permissions: id-token: write). */
export async function oidcToken({ url, token }: OidcService, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    const { value } = Object(await response.json());
    if (!response.ok || typeof value !== 'string') {
      throw new Error(`the OIDC service responded with ${response.status}`);
    }
    return value;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('the runner did not issue an OIDC token', {
      remedy: 'Give the job permissions: id-token: write.',
      cause,
    });
  }
}
