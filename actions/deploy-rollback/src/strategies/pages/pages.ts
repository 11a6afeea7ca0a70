import { join } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { type Artifact, findArtifact } from '@repo/github/artifacts/artifact';
import { downloadArtifact } from '@repo/github/artifacts/download';
import { uploadArtifact } from '@repo/github/artifacts/upload';
import type { GitHub } from '@repo/github/github';
import { listWorkflowRuns } from '@repo/github/workflows/runs';
import * as v from 'valibot';
import type { Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { findSuccessfulRun } from '../workflow/successful-run.ts';
import { publish } from './publish.ts';
import { COPY_FILE, type CopyPart, findCopy, hashFile } from './site-copy.ts';

const options = v.strictObject(
  {
    workflow: v.pipe(
      v.string(),
      v.regex(/^[\w.-]+\.ya?ml$/, 'is not a valid workflow file\nUse the file name: pages.yml.'),
    ),
    artifact: v.optional(v.pipe(v.string(), v.regex(/^[^\s/\\]{1,100}$/)), 'github-pages'),
    environment: v.optional(v.pipe(v.string(), v.minLength(1)), 'github-pages'),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'pages supports workflow (the file that deploys to Pages), artifact, environment and timeout.',
);

type PagesOptions = v.InferOutput<typeof options>;

/** The source of the site to publish. */
type Source =
  | { readonly kind: 'artifact'; readonly artifact: Artifact; readonly run: number }
  | { readonly kind: 'copy'; readonly file: string; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

/** Its API takes the URL of an artifact of version 3, and has no service for artifacts of version 4. */
const NOT_ON_SERVER = 'GitHub Enterprise Server does not support the strategy pages';

/**
 * Publishes the artifact of the good run on GitHub Pages again. Pages artifacts expire after one day by
 * default, so a snapshot also saves a copy.
 */
export const pages = strategyModule<PagesOptions>({
  name: 'pages',
  options,
  create: ({ workflow, artifact: name, environment, timeout }): Strategy => {
    const findRunArtifact = async (github: GitHub, revision: string) => {
      const run = revision === '' ? undefined : await findSuccessfulRun(github, workflow, revision);
      const artifact = run && (await findArtifact(github, run.id, name));
      return { run, artifact };
    };

    const rerun = `workflow: {file: ${workflow}, rerun: true}`;

    const findSource = async ({ revision, snapshot }: Target, github: GitHub): Promise<Source> => {
      if (github.isEnterpriseServer) {
        const remedy = `Use the strategy workflow instead: ${rerun}.`;
        return { kind: 'none', reason: NOT_ON_SERVER, remedy };
      }
      const { run, artifact } = await findRunArtifact(github, revision);
      if (run && artifact && !artifact.isExpired) {
        return { kind: 'artifact', artifact, run: run.id };
      }
      const problem =
        run === undefined
          ? `no run of ${workflow} has succeeded for ${revision || 'the release before the first record'}`
          : `the artifact ${name} of run ${run.id} ${artifact ? 'has expired' : 'does not exist'}`;
      const copy = await findCopy(snapshot, revision);
      return copy.kind === 'intact'
        ? { kind: 'copy', file: copy.file, reason: problem }
        : {
            kind: 'none',
            reason: `${problem}, and ${copy.reason}`,
            remedy: `Raise retention-days of actions/upload-pages-artifact (default: 1), or use ${rerun}.`,
          };
    };

    return {
      name: 'pages',
      title: `pages of ${workflow}`,
      capture: async (folder, { github: connect, signal }): Promise<Part> => {
        const github = await connect();
        if (github.isEnterpriseServer) return { hasCopy: false, reason: NOT_ON_SERVER };
        const [run] = await listWorkflowRuns(github, { workflow, status: 'success' });
        const artifact = run && (await findArtifact(github, run.id, name));
        if (!run || !artifact || artifact.isExpired) {
          const reason = run
            ? `the artifact ${name} of run ${run.id} has expired or was deleted`
            : 'no deployment has succeeded';
          return { hasCopy: false, reason } satisfies CopyPart;
        }
        const file = join(folder, COPY_FILE);
        await downloadArtifact(github, artifact, file, signal);
        const sha256 = await hashFile(file);
        return { hasCopy: true, revision: run.headSha, sha256 } satisfies CopyPart;
      },
      preflight: async (target, ports): Promise<Preflight> => {
        if (ports.variable('ACTIONS_ID_TOKEN_REQUEST_URL') === '') {
          return {
            kind: 'impossible',
            problem: 'a deployment to GitHub Pages requires an OIDC token',
            remedy: 'Add the permissions pages: write and id-token: write to the job.',
          };
        }
        const source = await findSource(target, await ports.github());
        switch (source.kind) {
          case 'artifact': {
            const step = `publishes the artifact ${name} of run ${source.run} again`;
            return { kind: 'ready', step, warnings: [] };
          }
          case 'copy': {
            const step = `publishes the copy of the snapshot as an artifact of this run`;
            return { kind: 'ready', step, warnings: [`${source.reason}.`] };
          }
          case 'none':
            return { kind: 'impossible', problem: source.reason, remedy: source.remedy };
        }
      },
      apply: async (target, ports) => {
        const github = await ports.github();
        const { revision } = target;
        const source = await findSource(target, github);
        if (source.kind === 'none') {
          throw new ActionError(source.reason, { remedy: source.remedy });
        }
        const artifact =
          source.kind === 'artifact'
            ? source.artifact.id
            : await uploadCopy(source.file, target, github, ports);
        const publication = { artifact, revision, environment, timeoutMs: timeout };
        await publish(github, publication, ports);
        return { done: `published ${revision.slice(0, 7)} on GitHub Pages (artifact ${artifact})` };
      },
    };
  },
});

/** Uploads the copy as an artifact of this run, unless it was uploaded before a kill. */
async function uploadCopy(
  file: string,
  { rollbackId, revision }: Target,
  github: GitHub,
  { variable, signal, run }: Ports,
): Promise<number> {
  const name = `${rollbackId}-${revision.slice(0, 7)}`;
  const service = {
    url: variable('ACTIONS_RESULTS_URL'),
    token: variable('ACTIONS_RUNTIME_TOKEN'),
  };
  const id =
    (await uploadArtifact(service, name, file, signal)) ??
    (await findArtifact(github, Number(run.runId), name))?.id;
  if (id !== undefined) return id;
  throw new ActionError(`the artifact ${name} exists, but is not listed yet`, {
    remedy: 'Run the rollback again in a minute.',
  });
}
