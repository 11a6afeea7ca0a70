/** The event that started the workflow. */
export interface TriggerEvent {
  /** Name of the default branch; empty if the event does not contain it. */
  readonly defaultBranch: string;
  readonly pullRequest?: PullRequest;
  /** The completed run that triggered this one. */
  readonly workflowRun?: WorkflowRun;
}

/** The properties of a run that its author cannot forge. */
export interface WorkflowRun {
  /** The event that started that run. */
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; the fork for a pull request from a fork. */
  readonly headRepository: string;
}

interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  readonly baseRef: string;
  readonly labels: readonly string[];
  /** The token of such a run cannot write. */
  readonly fromFork: boolean;
}

/** Parses the payload of the event. Names in it are untrusted. */
export function parseEvent(payload: unknown): TriggerEvent {
  const event = toObject(payload);
  const repository = toObject(event.repository);
  const pull = toObject(event.pull_request);
  const [head, base] = [toObject(pull.head), toObject(pull.base)];
  const defaultBranch = String(repository.default_branch ?? '');
  const workflowRun = toObject(event.workflow_run);
  if (typeof workflowRun.head_sha === 'string') {
    return {
      defaultBranch,
      workflowRun: {
        event: String(workflowRun.event ?? ''),
        headSha: workflowRun.head_sha,
        headBranch: String(workflowRun.head_branch ?? ''),
        headRepository: String(toObject(workflowRun.head_repository).full_name ?? ''),
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
        String(toObject(label).name ?? ''),
      ),
      fromFork: toObject(head.repo).full_name !== repository.full_name,
    },
  };
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
