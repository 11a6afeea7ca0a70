import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';

/** The artifact service of a job. The runner sets both variables for JavaScript actions. */
export interface ResultsService {
  /** ACTIONS_RESULTS_URL */
  readonly url: string;
  /** ACTIONS_RUNTIME_TOKEN */
  readonly token: string;
}

/** For one request, including the upload, ms. */
const TIMEOUT = 300_000;
const SERVICE = 'twirp/github.actions.results.api.v1.ArtifactService';

/**
 * Uploads a ZIP file as an artifact of this run, with the protocol of actions/upload-artifact 4.
 *
 * @returns its id; `undefined` if the run already has an artifact with that name
 */
export async function uploadArtifact(
  { url, token }: ResultsService,
  name: string,
  file: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const job = readJob(token);
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
    const { signed_upload_url: address } = await readJson(created);
    const uploaded = await fetch(String(address), {
      method: 'PUT',
      headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' },
      body: content,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    if (!uploaded.ok) throw new Error(`the storage service responded with ${uploaded.status}`);
    const hash = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const size = String(content.length);
    const { artifact_id: id } = await readJson(await call('FinalizeArtifact', { size, hash }));
    return Number(id);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError(`the artifact ${name} could not be uploaded`, {
      remedy: 'Try again. Only a job of a workflow can upload artifacts.',
      cause,
    });
  }
}

async function readJson(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (!response.ok) throw new Error(`the artifact service responded with ${response.status}`);
  return Object(await response.json());
}

/** The run and job of the token, from its scope `Actions.Results:RUN:JOB`. */
function readJob(token: string): object {
  try {
    const [, payload = ''] = token.split('.');
    const { scp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const [, run, job] = /(?:^| )Actions\.Results:([^: ]+):([^: ]+)/.exec(String(scp)) ?? [];
    if (run !== undefined) {
      return { workflow_run_backend_id: run, workflow_job_run_backend_id: job };
    }
  } catch {
    // Reported below.
  }
  throw new ActionError('this job cannot upload artifacts', {
    remedy: 'Run the action in a workflow.',
  });
}
