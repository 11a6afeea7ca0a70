import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';

/** Where a job uploads to: the runner sets both variables for JavaScript actions. */
export interface ResultsService {
  /** ACTIONS_RESULTS_URL */
  readonly url: string;
  /** ACTIONS_RUNTIME_TOKEN */
  readonly token: string;
}

/** One call, the upload itself included, ms. */
const TIMEOUT = 300_000;
const SERVICE = 'twirp/github.actions.results.api.v1.ArtifactService';

/**
 * Uploads a ZIP file as an artifact of this run, by the protocol of actions/upload-artifact 4.
 *
 * @returns its id; `undefined` where the run has an artifact of that name already
 */
export async function uploadArtifact(
  { url, token }: ResultsService,
  name: string,
  file: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const job = jobOf(token);
  const content = await readFile(file);
  const call = async (method: string, body: object): Promise<Response> =>
    fetch(new URL(`${SERVICE}/${method}`, url), {
      method: 'POST',
      headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...job, name, ...body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
  try {
    const created = await call('CreateArtifact', { version: 4 });
    if (created.status === 409) return undefined;
    const { signed_upload_url: address } = await answerOf(created);
    const uploaded = await fetch(String(address), {
      method: 'PUT',
      headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' },
      body: content,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    if (!uploaded.ok) throw new Error(`the storage answers with ${uploaded.status}`);
    const hash = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const size = String(content.length);
    const { artifact_id: id } = await answerOf(await call('FinalizeArtifact', { size, hash }));
    return Number(id);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError(`the artifact ${name} could not be uploaded`, {
      remedy: 'Try again; artifacts are uploaded only from a job of a workflow.',
      cause,
    });
  }
}

async function answerOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (!response.ok) throw new Error(`the service for artifacts answers with ${response.status}`);
  return Object(await response.json());
}

/** Which run and job the token is of: `Actions.Results:RUN:JOB` among its scopes. */
function jobOf(token: string): object {
  try {
    const [, payload = ''] = token.split('.');
    const { scp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const [, run, job] = /(?:^| )Actions\.Results:([^: ]+):([^: ]+)/.exec(String(scp)) ?? [];
    if (run !== undefined) {
      return { workflow_run_backend_id: run, workflow_job_run_backend_id: job };
    }
  } catch {
    // Said below.
  }
  throw new ActionError('this is no job that can upload artifacts', {
    remedy: 'Run within a workflow.',
  });
}
