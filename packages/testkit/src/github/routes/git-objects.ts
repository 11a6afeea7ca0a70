import type { GitStore } from '../git-store.ts';
import { NOT_FOUND, type Route, type RouteContext, unprocessable } from '../route.ts';
import type { State } from '../state.ts';
import { requireGit } from './require-git.ts';

const createTag: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/tags',
  needs: 'contents: write',
  handle: requireGit(({ body }, context, git) => {
    const object = git.object(String(body.object));
    if (object === undefined || object.type !== body.type) {
      return unprocessable('Could not verify object');
    }
    const header = `object ${object.sha}\ntype ${object.type}\ntag ${body.tag}`;
    const tagger = `tagger ${createSignature(context.state)}`;
    const sha = git.write('tag', `${header}\n${tagger}\n\n${body.message}\n`);
    return { status: 201, body: toTagBody(sha, git, context) };
  }),
};

const getTag: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
  needs: 'contents: read',
  handle: requireGit(({ params }, context, git) => {
    const sha = String(params.tag_sha);
    return git.object(sha)?.type === 'tag'
      ? { status: 200, body: toTagBody(sha, git, context) }
      : NOT_FOUND;
  }),
};

function toTagBody(sha: string, git: GitStore, { state, complete }: RouteContext): object {
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
  handle: requireGit(({ body }, context, git) => {
    const parents = Array.isArray(body.parents) ? body.parents.map(String) : [];
    if (git.object(String(body.tree))?.type !== 'tree') return unprocessable('Tree SHA is invalid');
    if (parents.some((sha) => git.object(sha)?.type !== 'commit')) {
      return unprocessable('Parent SHA does not exist or is not a commit object');
    }
    const who = createSignature(context.state);
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
    return { status: 201, body: toCommitBody(sha, git, context) };
  }),
};

const getCommit: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  needs: 'contents: read',
  handle: requireGit(({ params }, context, git) => {
    const sha = String(params.commit_sha);
    return git.object(sha)?.type === 'commit'
      ? { status: 200, body: toCommitBody(sha, git, context) }
      : NOT_FOUND;
  }),
};

/** Returns a git signature, whose time is in seconds. */
function createSignature({ user, now }: State): string {
  return `${user.login} <${user.id}+bot@github.test> ${Math.floor(now() / 1_000)} +0000`;
}

function toCommitBody(sha: string, git: GitStore, { state, complete }: RouteContext): object {
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

export const gitObjectRoutes: readonly Route[] = [createTag, getTag, createCommit, getCommit];
