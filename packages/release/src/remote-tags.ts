import type { Git } from './git.ts';
import { ReleaseError } from './release-error.ts';
import { movingTags, readVersion, toTag, type Version } from './version.ts';

/** The commits of the tags of a remote, by name. */
export type RemoteTags = ReadonlyMap<string, string>;

export function readRemoteTags(git: Git, remote: string): RemoteTags {
  const lines = git.text(['ls-remote', '--tags', '--refs', remote]).split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [sha = '', ref = ''] = line.split('\t');
      return [ref.replace('refs/tags/', ''), sha];
    }),
  );
}

/** Returns the versions of the release tags; `v1` and `v1.2` are not versions. */
export function parseVersions(tags: RemoteTags): readonly Version[] {
  return [...tags.keys()].flatMap((tag) => readVersion(tag.slice(1)) ?? []);
}

/**
 * Moves `vX.Y` and `vX` to a published version; a release candidate moves none. Idempotent. Fails if
 * another process moved a tag in the meantime.
 */
export function moveTags(
  git: Git,
  remote: string,
  version: Version,
  log: (line: string) => void,
): void {
  const tags = readRemoteTags(git, remote);
  const tag = toTag(version);
  const commit = tags.get(tag);
  if (commit === undefined) {
    throw new ReleaseError(`${tag} is not on ${remote}.`, 'Publish it first: pnpm release publish');
  }
  const outdated = movingTags(version, parseVersions(tags)).filter(
    (name) => tags.get(name) !== commit,
  );
  if (outdated.length === 0) {
    log('No tag has to move.');
    return;
  }
  git.text(['fetch', '--quiet', '--no-tags', remote, `refs/tags/${tag}`]);
  git.text([
    'push',
    '--quiet',
    '--atomic',
    ...outdated.map((name) => `--force-with-lease=refs/tags/${name}:${tags.get(name) ?? ''}`),
    remote,
    ...outdated.map((name) => `${commit}:refs/tags/${name}`),
  ]);
  for (const name of outdated) log(`${name} → ${commit}`);
}
