import type { GitHub } from '../github.ts';

export interface WorkflowRun {
  readonly id: number;
  readonly workflowId: number;
  /** Its web page. */
  readonly url: string;
  readonly event: string;
  readonly branch: string | undefined;
  readonly status: string | undefined;
  readonly conclusion: string | undefined;
  /** Full SHA of its commit. */
  readonly headSha: string;
  /** From `run-name`; untrusted. */
  readonly title: string;
  /** 1, plus the number of reruns. */
  readonly attempt: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** Start of the latest attempt, ms since the epoch. */
  readonly startedAt: number;
}

export interface RunFilter {
  /** The file name or id of the workflow. */
  readonly workflow: string | number;
  readonly event?: string;
  readonly branch?: string;
  /** `completed`, or a conclusion. */
  readonly status?: 'completed' | 'success' | 'failure' | 'in_progress' | 'queued';
  /** Full SHA. */
  readonly headSha?: string;
  /** ms since the epoch. */
  readonly createdSince?: number;
}

/** The latest 100 runs of a workflow, newest first (permissions: actions: read). */
export async function listWorkflowRuns(
  { rest, repository }: GitHub,
  { workflow, createdSince, headSha, ...filter }: RunFilter,
): Promise<readonly WorkflowRun[]> {
  const { data } = await rest.actions.listWorkflowRuns({
    ...repository,
    ...filter,
    workflow_id: workflow,
    per_page: 100,
    ...(headSha !== undefined && { head_sha: headSha }),
    ...(createdSince !== undefined && { created: `>=${isoSeconds(createdSince)}` }),
  });
  return data.workflow_runs.map(toRun);
}

/** One run (permissions: actions: read). */
export async function workflowRun({ rest, repository }: GitHub, id: number): Promise<WorkflowRun> {
  const { data } = await rest.actions.getWorkflowRun({
    ...repository,
    run_id: id,
  });
  return toRun(data);
}

interface ApiRun {
  readonly id: number | bigint;
  readonly workflow_id: number | bigint;
  readonly html_url: string;
  readonly event: string;
  readonly head_branch: string | null;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly head_sha: string;
  readonly display_title: string;
  readonly run_attempt?: number | undefined;
  readonly created_at: string;
  readonly run_started_at?: string | undefined;
}

function toRun(run: ApiRun): WorkflowRun {
  return {
    id: Number(run.id),
    workflowId: Number(run.workflow_id),
    url: run.html_url,
    event: run.event,
    branch: run.head_branch ?? undefined,
    status: run.status ?? undefined,
    conclusion: run.conclusion ?? undefined,
    headSha: run.head_sha,
    title: run.display_title,
    attempt: run.run_attempt ?? 1,
    createdAt: Date.parse(run.created_at),
    startedAt: Date.parse(run.run_started_at ?? run.created_at),
  };
}

/** GitHub's times are in whole seconds. */
function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
