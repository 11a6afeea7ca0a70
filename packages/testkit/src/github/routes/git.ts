import { refusedUpdate } from '../branch-rules.ts';
import { type GitObject, type GitStore, NO_OBJECT } from '../git-store.ts';
import {
  type Answer,
  type Call,
  NOT_FOUND,
  type Place,
  type Route,
  unprocessable,
} from '../route.ts';
import type { State } from '../state.ts';
import { trigger } from '../triggers.ts';

/** A route that is only there where the repository has objects. */
function withGit(
  handle: (call: Call, place: Place, git: GitStore) => Answer,
): (call: Call, place: Place) => Answer {
  return (call, place) =>
    place.state.git === undefined
      ? { status: 409, body: { message: 'Git Repository is empty.' } }
      : handle(call, place, place.state.git);
}

const createRef: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/refs',
  needs: 'contents: write',
  handle: withGit(({ body }, { state, complete }, git) => {
    const [ref, sha] = [String(body.ref), String(body.sha)];
    if (!/^refs\/[^/]+\/./.test(ref)) return unprocessable('Reference name is not valid');
    const object = git.object(sha);
    if (object === undefined) return unprocessable('Object does not exist');
    if (ref.startsWith('refs/heads/') && object.type !== 'commit') {
      return unprocessable('Reference update failed');
    }
    if (!git.update(ref, sha, NO_OBJECT)) return unprocessable('Reference already exists');
    pushed(ref, sha, state);
    return { status: 201, body: refBody(ref, object, { state, complete }) };
  }),
};

const getRef: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
  needs: 'contents: read',
  handle: withGit(({ params }, place, git) => {
    const ref = `refs/${params.ref}`;
    const object = git.ref(ref);
    return object === undefined ? NOT_FOUND : { status: 200, body: refBody(ref, object, place) };
  }),
};

const updateRef: Route = {
  operation: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  needs: 'contents: write',
  handle: withGit(({ params, body }, place, git) => {
    const [ref, sha] = [`refs/${params.ref}`, String(body.sha)];
    const found = moveRef(place.state, git, { ref, sha, force: body.force === true });
    return typeof found === 'string'
      ? unprocessable(found)
      : { status: 200, body: refBody(ref, found, place) };
  }),
};

/**
 * Moves a ref as GitHub does, its rules kept.
 *
 * @returns what it points to, or why it was not moved
 */
export function moveRef(
  state: State,
  git: GitStore,
  { ref, sha, force, from }: { ref: string; sha: string; force: boolean; from?: string },
): GitObject | string {
  const before = git.ref(ref);
  const object = git.object(sha);
  if (before === undefined) return 'Reference does not exist';
  if (object === undefined) return 'Object does not exist';
  const isFastForward = before.type === 'commit' && git.mergeBase(before.sha, sha) === before.sha;
  if (!isFastForward && !force) return 'Update is not a fast forward';
  const branch = branchOf(ref);
  const refused =
    branch === undefined ? undefined : refusedUpdate(state, branch, { isFastForward });
  if (refused !== undefined) return refused;
  if (!git.update(ref, sha, from ?? before.sha)) return 'Reference cannot be updated';
  pushed(ref, sha, state);
  return object;
}

const deleteRef: Route = {
  operation: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  needs: 'contents: write',
  handle: withGit(({ params }, _, git) => {
    const ref = `refs/${params.ref}`;
    if (git.ref(ref) === undefined) return unprocessable('Reference does not exist');
    git.remove(ref);
    return { status: 204 };
  }),
};

function pushed(ref: string, sha: string, state: State): void {
  const name = /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1];
  if (name !== undefined) trigger(state, 'push', name, sha);
}

function branchOf(ref: string): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1];
}

function refBody(ref: string, { sha, type }: GitObject, { state, complete }: Place): object {
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}/git`;
  return complete('git-ref', {
    ref,
    url: `${api}/${ref}`,
    object: { sha, type, url: `${api}/${type}s/${sha}` },
  });
}

const createTag: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/tags',
  needs: 'contents: write',
  handle: withGit(({ body }, place, git) => {
    const object = git.object(String(body.object));
    if (object === undefined || object.type !== body.type) {
      return unprocessable('Could not verify object');
    }
    const header = `object ${object.sha}\ntype ${object.type}\ntag ${body.tag}`;
    const tagger = `tagger ${signature(place.state)}`;
    const sha = git.write('tag', `${header}\n${tagger}\n\n${body.message}\n`);
    return { status: 201, body: tagBody(sha, git, place) };
  }),
};

const getTag: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
  needs: 'contents: read',
  handle: withGit(({ params }, place, git) => {
    const sha = String(params.tag_sha);
    return git.object(sha)?.type === 'tag'
      ? { status: 200, body: tagBody(sha, git, place) }
      : NOT_FOUND;
  }),
};

function tagBody(sha: string, git: GitStore, { state, complete }: Place): object {
  const text = git.read(sha);
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}/git`;
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? '';
  return complete('git-tag', {
    sha,
    url: `${api}/tags/${sha}`,
    tag: field('tag'),
    message: text.slice(text.indexOf('\n\n') + 2),
    tagger: { name: state.user.login, email: 'bot@github.test', date: '2026-01-01T00:00:00Z' },
    object: {
      sha: field('object'),
      type: field('type'),
      url: `${api}/${field('type')}s/${field('object')}`,
    },
  });
}

const createCommit: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/commits',
  needs: 'contents: write',
  handle: withGit(({ body }, place, git) => {
    const parents = Array.isArray(body.parents) ? body.parents.map(String) : [];
    if (git.object(String(body.tree))?.type !== 'tree') return unprocessable('Tree SHA is invalid');
    if (parents.some((sha) => git.object(sha)?.type !== 'commit')) {
      return unprocessable('Parent SHA does not exist or is not a commit object');
    }
    const who = signature(place.state);
    const sha = git.write(
      'commit',
      [
        `tree ${body.tree}`,
        ...parents.map((parent) => `parent ${parent}`),
        `author ${who}`,
        `committer ${who}`,
        '',
        String(body.message),
      ].join('\n'),
    );
    return { status: 201, body: commitBody(sha, git, place) };
  }),
};

const getCommit: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  needs: 'contents: read',
  handle: withGit(({ params }, place, git) => {
    const sha = String(params.commit_sha);
    return git.object(sha)?.type === 'commit'
      ? { status: 200, body: commitBody(sha, git, place) }
      : NOT_FOUND;
  }),
};

/** Git's objects have whole seconds. */
function signature({ user, now }: State): string {
  return `${user.login} <${user.id}+bot@github.test> ${Math.floor(now() / 1_000)} +0000`;
}

function commitBody(sha: string, git: GitStore, { state, complete }: Place): object {
  const text = git.read(sha);
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}/git`;
  const link = (one: string, kind: string) => ({
    sha: one,
    url: `${api}/${kind}/${one}`,
    ...(kind === 'commits' && { html_url: `${state.serverUrl}/commit/${one}` }),
  });
  return complete('git-commit', {
    sha,
    url: `${api}/commits/${sha}`,
    html_url: `${state.serverUrl}/commit/${sha}`,
    message: text.slice(text.indexOf('\n\n') + 2),
    tree: link(git.tree(sha), 'trees'),
    parents: git.parents(sha).map((parent) => link(parent, 'commits')),
  });
}

export const gitRoutes: readonly Route[] = [
  createRef,
  getRef,
  updateRef,
  deleteRef,
  createTag,
  getTag,
  createCommit,
  getCommit,
];
