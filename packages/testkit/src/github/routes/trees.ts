import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGit } from '../../git/run-git.ts';
import type { GitStore } from '../git-store.ts';
import {
  type ApiCall,
  type ApiResponse,
  NOT_FOUND,
  type Route,
  type RouteContext,
  unprocessable,
} from '../route.ts';

const createTree: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/trees',
  needs: 'contents: write',
  handle: (call, context): ApiResponse => {
    const { git } = context.state;
    if (git === undefined) return { status: 409, body: { message: 'Git Repository is empty.' } };
    const base = call.body.base_tree === undefined ? undefined : String(call.body.base_tree);
    if (base !== undefined && git.object(base)?.type !== 'tree') {
      return unprocessable('base_tree is not a valid tree oid');
    }
    const entries: readonly TreeEntry[] = Array.isArray(call.body.tree) ? call.body.tree : [];
    const sha = writeTree(git, base, entries);
    return { status: 201, body: toTreeBody(sha, git, context) };
  },
};

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  /** `null` removes the path. */
  readonly sha?: string | null;
  readonly content?: string;
}

function writeTree(git: GitStore, base: string | undefined, entries: readonly TreeEntry[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'github-index-'));
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  const run = (args: readonly string[], input = '') => runGit(git.folder, args, { env, input });
  try {
    run(['read-tree', ...(base === undefined ? ['--empty'] : [base])]);
    const lines = entries.map(({ path, mode, sha, content }) => {
      if (sha === null) return `0 ${'0'.repeat(40)}\t${path}`;
      const blob = sha ?? run(['hash-object', '-w', '--stdin'], content ?? '');
      return `${mode} ${blob}\t${path}`;
    });
    run(['update-index', '--add', '--index-info'], `${lines.join('\n')}\n`);
    return run(['write-tree']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const getTree: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  needs: 'contents: read',
  handle: ({ params, query }: ApiCall, context): ApiResponse => {
    const { git } = context.state;
    if (query.recursive !== undefined) throw new Error('recursive is not supported');
    const sha = String(params.tree_sha);
    if (git?.object(sha)?.type !== 'tree') return NOT_FOUND;
    return { status: 200, body: toTreeBody(sha, git, context) };
  },
};

function toTreeBody(sha: string, git: GitStore, { state, complete }: RouteContext): object {
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}/git`;
  const lines = git
    .read(sha)
    .split('\n')
    .filter((line) => line !== '');
  return complete('git-tree', {
    sha,
    url: `${api}/trees/${sha}`,
    truncated: false,
    tree: lines.map((line) => {
      const [, mode = '', type = '', object = '', path = ''] =
        /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line) ?? [];
      return { path, mode, type, sha: object, url: `${api}/${type}s/${object}` };
    }),
  });
}

const getBlob: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
  needs: 'contents: read',
  handle: ({ params }, { state, complete }): ApiResponse => {
    const sha = String(params.file_sha);
    if (state.git?.object(sha)?.type !== 'blob') return NOT_FOUND;
    const content = Buffer.from(`${state.git.read(sha)}\n`);
    return {
      status: 200,
      body: complete('blob', {
        sha,
        content: content.toString('base64').replace(/.{60}/g, '$&\n'),
        encoding: 'base64',
        size: content.length,
        node_id: 'B',
        url: `${state.serverUrl}/repos/${state.owner}/${state.repo}/git/blobs/${sha}`,
      }),
    };
  },
};

/** Serves trees and blobs of the bare repository. Blobs are text with a final line break. */
export const treeRoutes: readonly Route[] = [createTree, getTree, getBlob];
