import type { Docker } from './client.ts';
import { DaemonError, refused } from './errors.ts';
import type { DockerAnswer, DockerRequest } from './exchange.ts';
import { textAt } from './json.ts';

/** The JSON of a good answer; any other status is a {@link DaemonError}. */
export async function requestJson(docker: Docker, request: DockerRequest): Promise<unknown> {
  const answer = await docker.request(request);
  if (answer.status >= 300) throw refusal(request, answer);
  return jsonOf(answer);
}

/** The same, but `undefined` for what does not exist (404). */
export async function requestFound(docker: Docker, request: DockerRequest): Promise<unknown> {
  const answer = await docker.request(request);
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw refusal(request, answer);
  return jsonOf(answer);
}

/** What a request to remove something came to. */
export type Removal =
  | { readonly kind: 'removed'; readonly body: unknown }
  /** It does not exist (404). */
  | { readonly kind: 'missing' }
  /** Something uses it, or it is being removed already (409; 403 of networks). */
  | { readonly kind: 'conflict'; readonly message: string };

export async function requestRemoval(docker: Docker, request: DockerRequest): Promise<Removal> {
  const asked: DockerRequest = { method: 'DELETE', ...request };
  const answer = await docker.request(asked);
  const { status, body } = answer;
  if (status < 300) return { kind: 'removed', body: jsonOf(answer) };
  if (status === 404) return { kind: 'missing' };
  if (status === 409 || status === 403) return { kind: 'conflict', message: messageOf(body) };
  throw refusal(asked, answer);
}

export function refusal(
  { method = 'GET', path }: DockerRequest,
  answer: DockerAnswer,
): DaemonError {
  return refused(`${method} ${path}`, answer.status, messageOf(answer.body));
}

/** What a daemon says in the body of an error: `{"message": "…"}`, or plain text. */
export function messageOf(body: Buffer): string {
  const text = body.toString('utf8', 0, 4_096);
  try {
    return textAt(JSON.parse(text), 'message') || text;
  } catch {
    return text;
  }
}

/** Some good answers have no body. */
function jsonOf({ status, body }: DockerAnswer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new DaemonError(status, 'the answer of the Docker daemon is not JSON', {
      remedy: 'Check that host, context or DOCKER_HOST name a Docker daemon.',
    });
  }
}
