import { readFile } from 'node:fs/promises';

/** What started the workflow, as far as it matters here. */
export interface TriggerEvent {
  /** Name of the default branch; empty where it is not known. */
  readonly defaultBranch: string;
  readonly pullRequest?: PullRequest;
  /** The run whose end started this one. */
  readonly workflowRun?: WorkflowRun;
}

/** Of a run, what GitHub says and its author cannot choose. */
export interface WorkflowRun {
  /** What started that run. */
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; of a pull request from a fork, the fork. */
  readonly headRepository: string;
}

interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  readonly baseRef: string;
  readonly labels: readonly string[];
  /** Its token cannot write. */
  readonly fromFork: boolean;
}

/** Reads the event's payload; what it does not say is left out. Names in it are untrusted. */
export async function readEvent(path: string): Promise<TriggerEvent> {
  const text = path === '' ? '{}' : await readFile(path, 'utf8').catch(() => '{}');
  const event = object(parse(text));
  const repository = object(event.repository);
  const pull = object(event.pull_request);
  const [head, base] = [object(pull.head), object(pull.base)];
  const defaultBranch = String(repository.default_branch ?? '');
  const workflowRun = object(event.workflow_run);
  if (typeof workflowRun.head_sha === 'string') {
    return {
      defaultBranch,
      workflowRun: {
        event: String(workflowRun.event ?? ''),
        headSha: workflowRun.head_sha,
        headBranch: String(workflowRun.head_branch ?? ''),
        headRepository: String(object(workflowRun.head_repository).full_name ?? ''),
      },
    };
  }
  if (typeof pull.number !== 'number') return { defaultBranch };
  return {
    defaultBranch,
    pullRequest: {
      number: pull.number,
      headSha: String(head.sha ?? ''),
      baseRef: String(base.ref ?? ''),
      labels: (Array.isArray(pull.labels) ? pull.labels : []).map((label) =>
        String(object(label).name ?? ''),
      ),
      fromFork: object(head.repo).full_name !== repository.full_name,
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
