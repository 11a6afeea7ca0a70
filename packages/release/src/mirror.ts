import { commitTree } from './commit-tree.ts';
import { type Git, openGit } from './git.ts';
import { createMirrorTree, type MirrorNames } from './mirror-tree.ts';
import { ReleaseError } from './release-error.ts';
import { moveTags, parseVersions, readRemoteTags } from './remote-tags.ts';
import { listFiles, readCommit } from './source.ts';
import { isHighest, toTag, type Version } from './version.ts';

/** A release to copy to the repository of one action. */
export interface MirrorRequest extends Omit<MirrorNames, 'tag'> {
  /** A clone with the tag of the release. */
  readonly root: string;
  readonly version: Version;
  /** The URL of the mirror. */
  readonly remote: string;
  readonly log: (line: string) => void;
}

/** The branch that shows the latest release in the mirror. */
const BRANCH = 'refs/heads/main';

/**
 * Publishes the files of one action of a release in its own repository: one commit with the tag
 * `vX.Y.Z`, to which `main`, `vX.Y` and `vX` move. A release candidate or an old minor version does
 * not move `main`. Builds nothing. Idempotent. Returns the commit.
 */
export function mirrorRelease(request: MirrorRequest): string {
  const { root, version, remote, log } = request;
  const git = openGit(root);
  const tag = toTag(version);
  const tags = readRemoteTags(git, remote);
  const commit = createMirrorCommit(git, request, tag);
  const published = tags.get(tag);
  if (published !== undefined) {
    git.text(['fetch', '--quiet', '--no-tags', remote, `refs/tags/${tag}`]);
    requireSameFiles(git, published, commit, `${tag} of ${remote}`);
  } else {
    const main = isHighest(version, parseVersions(tags)) ? [`${commit}:${BRANCH}`] : [];
    git.text(['push', '--quiet', '--atomic', remote, `${commit}:refs/tags/${tag}`, ...main]);
  }
  log(`${tag} → ${published ?? commit}`);
  moveTags(git, remote, version, log);
  return published ?? commit;
}

function createMirrorCommit(git: Git, request: MirrorRequest, tag: string): string {
  const { action, remote } = request;
  const ref = `refs/tags/${tag}`;
  if (!git.succeeds(['rev-parse', '--verify', '--quiet', ref])) {
    throw new ReleaseError(`${tag} is not in this clone.`, 'Run git fetch --tags, or publish it.');
  }
  const release = readCommit(git, ref);
  const parent = git.text(['rev-parse', `${ref}^`]).trim();
  const blobs = listFiles(git, parent);
  const source = {
    commit: parent,
    paths: new Set(blobs.keys()),
    file: (path: string) => ({
      mode: blobs.get(path)?.mode ?? '100644',
      bytes: git.bytes(['cat-file', 'blob', blobs.get(path)?.sha ?? '']),
    }),
  };
  const files = createMirrorTree(listFiles(git, ref), source, { ...request, tag });
  if (files.size === 0) {
    throw new ReleaseError(
      `Unknown action "${action}".`,
      `Use the name of a folder in actions/. ${tag} has no folder with this name.`,
    );
  }
  return commitTree(git, {
    ...release,
    files,
    parents: readBranch(git, remote),
    message: `release: ${tag}\n\nFrom ${request.source}@${release.commit}\n`,
  });
}

/** Fetches the commit of the branch; an empty list if the mirror is empty. */
function readBranch(git: Git, remote: string): readonly string[] {
  const [commit] = git.text(['ls-remote', remote, BRANCH]).split('\t');
  if (commit === undefined || commit === '') return [];
  git.text(['fetch', '--quiet', '--no-tags', remote, BRANCH]);
  return [commit];
}

function requireSameFiles(git: Git, one: string, two: string, name: string): void {
  if (git.succeeds(['diff', '--quiet', one, two])) return;
  throw new ReleaseError(
    `${name} has other files:\n${git.text(['diff', '--stat', one, two]).trim()}`,
    'A release cannot be changed. Release another version.',
  );
}
