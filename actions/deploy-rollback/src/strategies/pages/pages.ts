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
import { goodRun } from '../workflow/good-run.ts';
import { COPY, type CopyPart, copyIn, sha256Of } from './copy.ts';
import { publish } from './publish.ts';

const options = v.strictObject(
  {
    workflow: v.pipe(
      v.string(),
      v.regex(/^[\w.-]+\.ya?ml$/, 'is no file of a workflow\nWrite the name alone: pages.yml.'),
    ),
    artifact: v.optional(v.pipe(v.string(), v.regex(/^[^\s/\\]{1,100}$/)), 'github-pages'),
    environment: v.optional(v.pipe(v.string(), v.minLength(1)), 'github-pages'),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'knows workflow (the file that deploys to Pages), artifact, environment and timeout.',
);

type PagesOptions = v.InferOutput<typeof options>;

/** Where a site is taken from. */
type Source =
  | { readonly kind: 'artifact'; readonly artifact: Artifact; readonly run: number }
  | { readonly kind: 'copy'; readonly file: string; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

/**
 * GitHub Pages: the artifact of the good run is published again. Artifacts of Pages live for a day
 * unless told otherwise, so that a snapshot keeps a copy of its own, where the runner is one that
 * stays.
 */
export const pages = strategyModule<PagesOptions>({
  name: 'pages',
  options,
  create: ({ workflow, artifact: name, environment, timeout }): Strategy => {
    const artifactOf = async (github: GitHub, revision: string) => {
      const run = revision === '' ? undefined : await goodRun(github, workflow, revision);
      const artifact = run && (await findArtifact(github, run.id, name));
      return { run, artifact };
    };

    const sourceOf = async ({ revision, kept }: Target, github: GitHub): Promise<Source> => {
      const { run, artifact } = await artifactOf(github, revision);
      if (run && artifact && !artifact.isExpired) {
        return { kind: 'artifact', artifact, run: run.id };
      }
      const gone =
        run === undefined
          ? `no run of ${workflow} has succeeded on ${revision || 'what ran before'}`
          : `the artifact ${name} of run ${run.id} ${artifact ? 'has expired' : 'is not there'}`;
      const copy = await copyIn(kept, revision);
      return copy.kind === 'intact'
        ? { kind: 'copy', file: copy.file, why: gone }
        : { kind: 'none', why: `${gone}, and ${copy.why}` };
    };

    return {
      name: 'pages',
      title: `pages of ${workflow}`,
      capture: async (folder, { github: connect, signal }): Promise<Part> => {
        const github = await connect();
        const [run] = await listWorkflowRuns(github, { workflow, status: 'success' });
        const artifact = run && (await findArtifact(github, run.id, name));
        if (!run || !artifact || artifact.isExpired) {
          const why = run
            ? `the artifact ${name} of run ${run.id} is gone`
            : 'nothing was deployed';
          return { kept: false, why } satisfies CopyPart;
        }
        const file = join(folder, COPY);
        await downloadArtifact(github, artifact, file, signal);
        const sha256 = await sha256Of(file);
        return { kept: true, revision: run.headSha, sha256 } satisfies CopyPart;
      },
      preflight: async (target, ports): Promise<Preflight> => {
        if (ports.variable('ACTIONS_ID_TOKEN_REQUEST_URL') === '') {
          return {
            kind: 'impossible',
            problem: 'GitHub Pages takes a deployment only with an OIDC token',
            remedy: 'Give the job permissions: pages: write, id-token: write.',
          };
        }
        const source = await sourceOf(target, await ports.github());
        switch (source.kind) {
          case 'artifact': {
            const step = `publishes the artifact ${name} of run ${source.run} again`;
            return { kind: 'ready', step, warnings: [] };
          }
          case 'copy': {
            const step = `publishes the copy of the snapshot as an artifact of this run`;
            return { kind: 'ready', step, warnings: [`${source.why}.`] };
          }
          case 'none':
            return {
              kind: 'impossible',
              problem: source.why,
              remedy: `Give actions/upload-pages-artifact more retention-days (1 unless told), or use workflow: {file: ${workflow}, rerun: true}.`,
            };
        }
      },
      apply: async (target, ports) => {
        const github = await ports.github();
        const { revision } = target;
        const source = await sourceOf(target, github);
        if (source.kind === 'none') {
          throw new ActionError(source.why, { remedy: 'Take a newer release.' });
        }
        const artifact =
          source.kind === 'artifact'
            ? source.artifact.id
            : await uploaded(source.file, target, github, ports);
        const publication = { artifact, revision, environment, timeoutMs: timeout };
        await publish(github, publication, ports);
        return { done: `GitHub Pages has ${revision.slice(0, 7)} (artifact ${artifact})` };
      },
    };
  },
});

/** The copy as an artifact of this run; one that is there was uploaded before a kill. */
async function uploaded(
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
  throw new ActionError(`the artifact ${name} is there and cannot be found`, {
    remedy: 'Run again in a moment.',
  });
}
