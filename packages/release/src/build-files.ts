import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { ReleaseError } from './release-error.ts';

/** A release commit that a build wrote to a folder. */
export interface BuildFiles {
  readonly folder: string;
  readonly commit: string;
  /** The normalised SBOM. */
  readonly sbom: string;
}

const BUNDLE = 'release.bundle';
const SBOM = 'sbom.spdx.json';

/** Writes a release commit as a git bundle, without the history of its parent, and its SBOM. */
export function writeBuildFiles(git: Git, { folder, commit, sbom }: BuildFiles, tag: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, SBOM), sbom);
  // A bundle requires a ref. The build leaves no ref in the clone.
  const ref = toRef(tag);
  git.text(['update-ref', ref, commit]);
  try {
    git.text(['bundle', 'create', '--quiet', join(folder, BUNDLE), ref, `^${commit}^`]);
  } finally {
    git.text(['update-ref', '-d', ref]);
  }
}

/**
 * Reads the commit of a build into the object database of the clone. Throws a {@link ReleaseError}
 * if the bundle is missing, incomplete, or contains another ref than this release.
 */
export function readBuildFiles(git: Git, folder: string, tag: string): BuildFiles {
  const bundle = join(folder, BUNDLE);
  const heads = git.text(['bundle', 'list-heads', bundle]).trimEnd().split('\n');
  const [commit = '', ref] = heads[0]?.split(' ') ?? [];
  if (heads.length !== 1 || ref !== toRef(tag)) {
    throw new ReleaseError(
      `${bundle} does not contain exactly the release ${tag}.`,
      `Build it: pnpm release build --version ${tag.slice(1)} --out ${folder}`,
    );
  }
  git.text(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', bundle, ref]);
  return { folder, commit, sbom: readFileSync(join(folder, SBOM), 'utf8') };
}

function toRef(tag: string): string {
  return `refs/release-builds/${tag}`;
}
