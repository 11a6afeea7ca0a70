import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, hostname, platform } from 'node:os';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { ReleaseError } from './release-error.ts';

/** A release commit that a build wrote to a folder. */
export interface BuildFiles {
  readonly folder: string;
  readonly commit: string;
  /** The normalised SBOM. */
  readonly sbom: string;
  readonly origin: BuildOrigin;
}

/** One run of `pnpm release build`, to recognise a copy of its files. */
export interface BuildOrigin {
  /** Random. */
  readonly id: string;
  /** `linux x64 runner-1` */
  readonly machine: string;
}

const BUNDLE = 'release.bundle';
const SBOM = 'sbom.spdx.json';
const ORIGIN = 'build.json';

/** Writes a release commit as a git bundle, without the history of its parent, and its SBOM. */
export function writeBuildFiles(
  git: Git,
  { folder, commit, sbom }: Omit<BuildFiles, 'origin'>,
  tag: string,
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, SBOM), sbom);
  const machine = `${platform()} ${arch()} ${process.env.RUNNER_NAME || hostname()}`;
  const origin: BuildOrigin = { id: randomUUID(), machine };
  writeFileSync(join(folder, ORIGIN), `${JSON.stringify(origin)}\n`);
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
 * if a file is missing or invalid, or the bundle contains another ref than this release.
 */
export function readBuildFiles(git: Git, folder: string, tag: string): BuildFiles {
  const remedy = `Build it: pnpm release build --version ${tag.slice(1)} --out ${folder} --sbom <file>`;
  const missing = [folder, ...[BUNDLE, SBOM, ORIGIN].map((name) => join(folder, name))].find(
    (path) => !existsSync(path),
  );
  if (missing !== undefined) throw new ReleaseError(`--from: ${missing} does not exist.`, remedy);
  const bundle = join(folder, BUNDLE);
  const heads = git.text(['bundle', 'list-heads', bundle]).trimEnd().split('\n');
  const [commit = '', ref] = heads[0]?.split(' ') ?? [];
  if (heads.length !== 1 || ref !== toRef(tag)) {
    throw new ReleaseError(`${bundle} does not contain exactly the release ${tag}.`, remedy);
  }
  git.text(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', bundle, ref]);
  const sbom = readFileSync(join(folder, SBOM), 'utf8');
  return { folder, commit, sbom, origin: readOrigin(join(folder, ORIGIN), remedy) };
}

function readOrigin(path: string, remedy: string): BuildOrigin {
  try {
    const { id, machine } = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof id === 'string' && typeof machine === 'string') return { id, machine };
  } catch {
    // Reported below.
  }
  throw new ReleaseError(`--from: ${path} is not valid.`, remedy);
}

function toRef(tag: string): string {
  return `refs/release-builds/${tag}`;
}
