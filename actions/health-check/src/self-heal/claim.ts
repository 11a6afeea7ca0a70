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
import type { DispatchResult } from './self-heal-result.ts';
import { dispatchLine } from './self-heal-summary.ts';

/**
 * The right to start the workflow for an incident, held as a comment on its issue. All runs see the
 * comments in the same order, so that exactly one of several concurrent runs gets the claim.
 */
export interface Claim {
  /** Records the result of the dispatch in the comment. */
  readonly settle: (result: DispatchResult) => Promise<void>;
}

const MARKER = 'health-check-heal';
/** A claim without a result expires after this time: its run was cancelled or crashed. */
const CLAIM_LIFETIME_MS = 10 * 60_000;

/** The comment that forbids a start for this incident; `undefined` when there is none. */
export async function findExistingClaim(
  github: GitHub,
  issue: Issue,
  name: string,
): Promise<DispatchResult | undefined> {
  const claims = (await listComments(github, issue.number)).filter(
    ({ author }) => author === issue.author,
  );
  if (claims.some((comment) => readState(comment) === 'started')) {
    return { state: 'already-started', name, reason: 'it was already started for this incident' };
  }
  return claims.some((comment) => isValid(comment, github.now()))
    ? claimedByOtherRun(name)
    : undefined;
}

/** Claims the start; returns a result instead when another run was first. */
export async function claimDispatch(
  github: GitHub,
  issue: Issue,
  name: string,
  run: string,
): Promise<Claim | DispatchResult> {
  const marker = hiddenMarker(MARKER, { state: 'claimed', run });
  const body = `${marker}\n${md`Self-heal: starting ${code(name)} …`.markdown}`;
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
    return claimedByOtherRun(name);
  }
  return {
    settle: async (result) => {
      const state = result.state === 'started' ? 'started' : 'failed';
      const text = `${hiddenMarker(MARKER, { state, run })}\n${dispatchLine(result).markdown}`;
      await updateComment(github, own.id, text);
    },
  };
}

function isValid(comment: Comment, now: number): boolean {
  const state = readState(comment);
  return (
    state === 'started' || (state === 'claimed' && comment.createdAt > now - CLAIM_LIFETIME_MS)
  );
}

function readState({ body }: Comment): unknown {
  const data = readMarker(MARKER, body);
  return typeof data === 'object' && data !== null && 'state' in data ? data.state : undefined;
}

function claimedByOtherRun(name: string): DispatchResult {
  return { state: 'claimed-by-other-run', name, reason: 'another run is starting it' };
}
