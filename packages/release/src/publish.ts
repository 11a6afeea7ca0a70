import { type Git, gitIn } from './git.ts';
import { Refusal } from './refusal.ts';
import { movingTags, readVersion, refuseStepBack, tagOf, type Version } from './version.ts';

/** Where a release goes. */
export interface PublishRequest {
  readonly root: string;
  readonly version: Version;
  /** An address or the name of a remote. */
  readonly remote: string;
  readonly say: (line: string) => void;
}

/** Throws a {@link Refusal} when the remote has the version already, or a later one of its line. */
export function refusePublished({ root, version, remote }: PublishRequest): void {
  const tags = remoteTags(gitIn(root), remote);
  const tag = tagOf(version);
  if (tags.has(tag)) {
    throw new Refusal(
      `${tag} is on ${remote} already.`,
      `A release is never changed: take another version. Was it cut short before v${version.major} moved? pnpm release move --version ${tag.slice(1)} --remote ${remote}`,
    );
  }
  refuseStepBack(version, versionsOf(tags));
}

/** Pushes the release commit as `vX.Y.Z`, which never moves again. */
export function pushRelease({ root, version, remote, say }: PublishRequest, commit: string): void {
  const git = gitIn(root);
  const tag = tagOf(version);
  // Without force: a tag that somebody else has pushed in the meantime is an error.
  git.text(['push', '--quiet', remote, `${commit}:refs/tags/${tag}`]);
  git.text(['update-ref', `refs/tags/${tag}`, commit]);
  say(`${tag} → ${commit}`);
}

/**
 * Moves `vX.Y` and `vX` to a version that is out; can be repeated. A tag that was moved by somebody
 * else since it was looked at stops it.
 */
export function moveTags({ root, version, remote, say }: PublishRequest): void {
  const git = gitIn(root);
  const tags = remoteTags(git, remote);
  const tag = tagOf(version);
  const commit = tags.get(tag);
  if (commit === undefined) {
    throw new Refusal(`${tag} is not on ${remote}.`, 'Publish it first: pnpm release publish');
  }
  const moving = movingTags(version, versionsOf(tags)).filter((one) => tags.get(one) !== commit);
  if (moving.length === 0) {
    say('No tag has to move.');
    return;
  }
  git.text(['fetch', '--quiet', '--no-tags', remote, `refs/tags/${tag}`]);
  git.text([
    'push',
    '--quiet',
    '--atomic',
    ...moving.map((one) => `--force-with-lease=refs/tags/${one}:${tags.get(one) ?? ''}`),
    remote,
    ...moving.map((one) => `${commit}:refs/tags/${one}`),
  ]);
  for (const one of moving) {
    git.text(['update-ref', `refs/tags/${one}`, commit]);
    say(`${one} → ${commit}`);
  }
}

function remoteTags(git: Git, remote: string): ReadonlyMap<string, string> {
  const lines = git.text(['ls-remote', '--tags', '--refs', remote]).split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [sha = '', ref = ''] = line.split('\t');
      return [ref.replace('refs/tags/', ''), sha];
    }),
  );
}

function versionsOf(tags: ReadonlyMap<string, string>): readonly Version[] {
  return [...tags.keys()].flatMap((tag) => readVersion(tag.slice(1)) ?? []);
}
