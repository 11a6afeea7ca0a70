import { type BuildFiles, readBuildFiles } from './build-files.ts';
import { type Git, openGit } from './git.ts';
import { ReleaseError } from './release-error.ts';
import { moveTags, parseVersions, readRemoteTags } from './remote-tags.ts';
import { rejectDowngrade, toTag, type Version } from './version.ts';

/** Two builds of a release that is checked out. */
export interface VerifyRequest {
  readonly root: string;
  readonly version: Version;
  /** The folders that `pnpm release build --out` wrote, on different machines. */
  readonly from: readonly string[];
  readonly log: (line: string) => void;
}

/** A release to publish. */
export interface PublishRequest extends VerifyRequest {
  /** The URL or the name of a remote. */
  readonly remote: string;
  /** Whether `vX.Y` and `vX` stay where they are. */
  readonly keepMovingTags: boolean;
}

/**
 * Returns the commit of a release that was built twice. Throws a {@link ReleaseError} if the builds
 * differ, or if the parent of the commit is not the commit that is checked out.
 */
export function verifyBuilds({ root, version, from, log }: VerifyRequest): string {
  const git = openGit(root);
  const [first, second, ...rest] = new Set(from);
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new ReleaseError(
      'Two different builds are required.',
      'Build twice, with --out <folder>, and use --from <folder> for each.',
    );
  }
  const one = readBuildFiles(git, first, toTag(version));
  const two = readBuildFiles(git, second, toTag(version));
  if (one.origin.id === two.origin.id) {
    throw new ReleaseError(
      `${one.folder} and ${two.folder} contain the same build.`,
      'Build twice, on different machines. Nothing was pushed.',
    );
  }
  rejectDifference(git, one, two);
  const parents = git.text(['rev-parse', `${one.commit}^@`]).trim();
  const source = git.text(['rev-parse', 'HEAD']).trim();
  if (parents !== source) {
    throw new ReleaseError(
      `The release was built from ${parents}, but ${source} is checked out.`,
      'Check out the commit that the release was built from. Nothing was pushed.',
    );
  }
  log(`Built on ${one.origin.machine} and on ${two.origin.machine}`);
  log(`Both builds are ${one.commit}, built from ${source}`);
  return one.commit;
}

function rejectDifference(git: Git, one: BuildFiles, two: BuildFiles): void {
  if (one.commit === two.commit && one.sbom === two.sbom) return;
  const files =
    one.commit === two.commit
      ? 'only the SBOM differs'
      : git.text(['diff', '--stat', one.commit, two.commit]).trim() || 'only the commits differ';
  throw new ReleaseError(
    `The builds differ: ${one.commit} in ${one.folder}, ${two.commit} in ${two.folder}:\n${files}`,
    'Find the cause and build again. Nothing was pushed.',
  );
}

/**
 * Pushes a verified release as `vX.Y.Z`, which never moves again, and moves `vX.Y` and `vX` to it.
 * Idempotent: completes a release whose publishing was interrupted. Returns the commit.
 */
export function publishRelease(request: PublishRequest): string {
  const { root, version, remote, log } = request;
  const commit = verifyBuilds(request);
  const git = openGit(root);
  const tags = readRemoteTags(git, remote);
  const tag = toTag(version);
  const published = tags.get(tag);
  if (published !== undefined && published !== commit) {
    throw new ReleaseError(
      `${tag} is already on ${remote}, as ${published}.`,
      'A release cannot be changed. Use another version.',
    );
  }
  if (published === undefined) {
    rejectDowngrade(version, parseVersions(tags));
    // Without force: a tag pushed in the meantime is an error.
    git.text(['push', '--quiet', remote, `${commit}:refs/tags/${tag}`]);
  }
  git.text(['update-ref', `refs/tags/${tag}`, commit]);
  log(`${tag} → ${commit}`);
  if (!request.keepMovingTags) moveTags(git, remote, version, log);
  return commit;
}
