import { code, md } from '@repo/core/summary/markdown';
import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import {
  type Comment,
  createComment,
  deleteComment,
  listComments,
  updateComment,
} from '@repo/github/issues/comments';
import type { Issue } from '@repo/github/issues/issue';
import { hiddenMarker, readMarker } from '@repo/github/marker';
import type { WorkflowHealing } from './self-heal-result.ts';
import { healingLine } from './self-heal-summary.ts';

/**
 * The right to start the workflow for an incident: a comment on its issue. Comments are only ever
 * added and have an order that all runs see alike, so that of runs at the same time one wins.
 */
export interface Claim {
  /** Tells on the issue what became of it. */
  readonly settle: (healing: WorkflowHealing) => Promise<void>;
}

const MARKER = 'health-check-heal';
/** After that, a run that claimed and said nothing more is taken to be dead, ms. */
const VALID_FOR = 10 * 60_000;

/** What speaks on the issue against starting; `undefined` when nothing does. */
export async function claimedBefore(
  github: GitHub,
  issue: Issue,
  name: string,
): Promise<WorkflowHealing | undefined> {
  const claims = (await listComments(github, issue.number)).filter(
    ({ author }) => author === issue.author,
  );
  if (claims.some((comment) => stateOf(comment) === 'started')) {
    return { state: 'already', name, reason: 'it was started once for this incident' };
  }
  return claims.some((comment) => isValid(comment, github.now())) ? elsewhere(name) : undefined;
}

/** Claims; gives back who else has it where another run was first. */
export async function claim(
  github: GitHub,
  issue: Issue,
  name: string,
  run: string,
): Promise<Claim | WorkflowHealing> {
  const marker = hiddenMarker(MARKER, { state: 'claimed', run });
  const body = `${marker}\n${md`Self-heal: about to start ${code(name)} …`.markdown}`;
  const comments = () => listComments(github, issue.number);
  const own = await createOnce(
    () => createComment(github, issue.number, body),
    async () => (await comments()).find((comment) => comment.body.includes(marker)),
  );
  const authors = [issue.author, own.author];
  const [first] = (await comments()).filter(
    (comment) => authors.includes(comment.author) && isValid(comment, github.now()),
  );
  if (first !== undefined && first.id < own.id) {
    await deleteComment(github, own.id);
    return elsewhere(name);
  }
  return {
    settle: async (healing) => {
      const state = healing.state === 'started' ? 'started' : 'failed';
      const text = `${hiddenMarker(MARKER, { state, run })}\n${healingLine(healing).markdown}`;
      await updateComment(github, own.id, text);
    },
  };
}

function isValid(comment: Comment, now: number): boolean {
  const state = stateOf(comment);
  return state === 'started' || (state === 'claimed' && comment.createdAt > now - VALID_FOR);
}

function stateOf({ body }: Comment): unknown {
  const data = readMarker(MARKER, body);
  return typeof data === 'object' && data !== null && 'state' in data ? data.state : undefined;
}

function elsewhere(name: string): WorkflowHealing {
  return { state: 'elsewhere', name, reason: 'another run is just about to start it' };
}
