import type { ApiResponse } from './route.ts';
import type { State } from './state.ts';

/** A request to the services that a runner offers to its job. */
export interface ServiceCall {
  readonly path: string;
  readonly authorization: string;
  readonly body: Buffer;
}

const ARTIFACTS = '/twirp/github.actions.results.api.v1.ArtifactService/';
const UPLOADS = '/signed-uploads/';
const OIDC = '/oidc';
const OIDC_TOKEN = 'oidc-request-token';
const DAY_MS = 24 * 3_600_000;

/** Returns the variables with the addresses of the services for a job. */
export function jobVariables({ serverUrl }: State, run: number): Readonly<Record<string, string>> {
  const claims = { scp: `Actions.Example Actions.Results:${run}:job-1` };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return {
    ACTIONS_RESULTS_URL: `${serverUrl}/`,
    ACTIONS_RUNTIME_TOKEN: `e30.${payload}.signature`,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${serverUrl}${OIDC}?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: OIDC_TOKEN,
  };
}

/**
 * Serves artifacts (version 4) and OIDC tokens like the services of a runner; `undefined` for other
 * requests. GitHub's API description does not contain them.
 */
export function createJobServices(state: State) {
  const open = new Map<string, { readonly run: number; readonly name: string; content: Buffer }>();

  const create = ({ workflow_run_backend_id: run, name }: ServiceRequest): ApiResponse => {
    const exists = (one: { run: number; name: string }) =>
      one.run === Number(run) && one.name === name;
    if (state.artifacts.some(exists)) {
      return { status: 409, body: { code: 'already_exists', msg: 'an artifact has this name' } };
    }
    const id = String(state.nextId());
    open.set(id, { run: Number(run), name: String(name), content: Buffer.alloc(0) });
    const url = `${state.serverUrl}${UPLOADS}${id}?sig=x`;
    return { status: 200, body: { ok: true, signed_upload_url: url } };
  };

  const finalize = ({ workflow_run_backend_id: run, name, size }: ServiceRequest): ApiResponse => {
    const found = [...open.values()].find((one) => one.run === Number(run) && one.name === name);
    if (found === undefined || found.content.length !== Number(size)) {
      return { status: 400, body: { code: 'invalid_argument', msg: 'the upload is incomplete' } };
    }
    const id = state.nextId();
    const now = state.now();
    state.artifacts.push({ id, ...found, createdAt: now, expiresAt: now + DAY_MS });
    return { status: 200, body: { ok: true, artifact_id: String(id) } };
  };

  return ({ path, authorization, body }: ServiceCall): ApiResponse | undefined => {
    if (path === OIDC) {
      return authorization === `bearer ${OIDC_TOKEN}`
        ? { status: 200, body: { value: 'header.claims.signature' } }
        : { status: 401, body: { message: 'no' } };
    }
    if (path.startsWith(UPLOADS)) {
      const upload = open.get(path.slice(UPLOADS.length));
      if (upload === undefined || authorization !== '') return { status: 400 };
      upload.content = body;
      return { status: 201 };
    }
    if (!path.startsWith(ARTIFACTS)) return undefined;
    if (!authorization.startsWith('bearer e30.')) return { status: 401, body: { msg: 'no' } };
    const serviceRequest: ServiceRequest = JSON.parse(body.toString());
    return path.endsWith('/CreateArtifact') ? create(serviceRequest) : finalize(serviceRequest);
  };
}

type ServiceRequest = Readonly<Record<string, unknown>>;
