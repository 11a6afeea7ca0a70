import { type Git, openGit } from './git.ts';
import { ReleaseError } from './release-error.ts';
import { movingTags, readVersion, rejectDowngrade, toTag, type Version } from './version.ts';

/** The target of a release. */
export interface PublishRequest {
  readonly root: string;
  readonly version: Version;
  /** The URL or the name of a remote. */
  readonly remote: string;
  readonly log: (line: string) => void;
}

/** Throws a {@link ReleaseError} if the remote has this version or a later patch version. */
export function requireUnpublished({ root, version, remote }: PublishRequest): void {
  const tags = readRemoteTags(openGit(root), remote);
  const tag = toTag(version);
  if (tags.has(tag)) {
    throw new ReleaseError(
      `${tag} is already on ${remote}.`,
      `A release cannot be changed. Use another version. If publishing stopped before v${version.major} moved, run pnpm release move --version ${tag.slice(1)} --remote ${remote}`,
    );
  }
  rejectDowngrade(version, parseVersions(tags));
}

/** Pushes the release commit as `vX.Y.Z`, which never moves again. */
export function pushRelease({ root, version, remote, log }: PublishRequest, commit: string): void {
  const git = openGit(root);
  const tag = toTag(version);
  // Without force: a tag pushed in the meantime is an error.
  git.text(['push', '--quiet', remote, `${commit}:refs/tags/${tag}`]);
  git.text(['update-ref', `refs/tags/${tag}`, commit]);
  log(`${tag} → ${commit}`);
}

/**
 * Moves `vX.Y` and `vX` to a published version. Idempotent. Fails if another process moved a tag
 * in the meantime.
 */
export function moveTags({ root, version, remote, log }: PublishRequest): void {
  const git = openGit(root);
  const tags = readRemoteTags(git, remote);
  const tag = toTag(version);
  const commit = tags.get(tag);
  if (commit === undefined) {
    throw new ReleaseError(`${tag} is not on ${remote}.`, 'Publish it first: pnpm release publish');
  }
  const movingTagNames = movingTags(version, parseVersions(tags)).filter(
    (one) => tags.get(one) !== commit,
  );
  if (movingTagNames.length === 0) {
    log('All tags are up to date.');
    return;
  }
  git.text(['fetch', '--quiet', '--no-tags', remote, `refs/tags/${tag}`]);
  git.text([
    'push',
    '--quiet',
    '--atomic',
    ...movingTagNames.map((one) => `--force-with-lease=refs/tags/${one}:${tags.get(one) ?? ''}`),
    remote,
    ...movingTagNames.map((one) => `${commit}:refs/tags/${one}`),
  ]);
  for (const one of movingTagNames) {
    git.text(['update-ref', `refs/tags/${one}`, commit]);
    log(`${one} → ${commit}`);
  }
}

function readRemoteTags(git: Git, remote: string): ReadonlyMap<string, string> {
  const lines = git.text(['ls-remote', '--tags', '--refs', remote]).split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [sha = '', ref = ''] = line.split('\t');
      return [ref.replace('refs/tags/', ''), sha];
    }),
  );
}

function parseVersions(tags: ReadonlyMap<string, string>): readonly Version[] {
  return [...tags.keys()].flatMap((tag) => readVersion(tag.slice(1)) ?? []);
}
