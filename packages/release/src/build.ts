import { readFileSync } from 'node:fs';
import { writeBuildFiles } from './build-files.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import { commitTree } from './commit-tree.ts';
import { openGit } from './git.ts';
import { readHistory } from './history.ts';
import { findMarketplaceProblems } from './marketplace.ts';
import { createMirrorTree } from './mirror-tree.ts';
import { ReleaseError } from './release-error.ts';
import { buildReleaseTree } from './release-tree.ts';
import { ROOT_ACTION_NAME } from './root-action.ts';
import { normalizeSbom } from './sbom.ts';
import { readSource, requireCleanTree } from './source.ts';
import type { Siblings, Tree } from './tree.ts';
import { formatVersion, rejectDowngrade, toTag, type Version } from './version.ts';

/** The options of a release build. */
export interface BuildRequest {
  /** The folder of the checkout. */
  readonly root: string;
  readonly version: Version;
  /** The repository to reference sibling actions by; `undefined` keeps `$/`. */
  readonly stamp?: string | undefined;
  /** Where to write the commit and the SBOM; `undefined` writes nothing. */
  readonly output?: { readonly folder: string; readonly sbomFile: string } | undefined;
  /** Rebuilds every `dist` folder. */
  readonly bundle: () => void;
  readonly log: (line: string) => void;
}

/** The file with the version that reports contain. */
const VERSION_FILE = 'packages/core/src/action/version.ts';

/**
 * Builds the release commit and returns its SHA. Does not change a branch, tag or file. Throws a
 * {@link ReleaseError} if the working tree has changes, the clone is shallow, the version differs
 * from the source, the tag already exists, or an action violates a rule of the Marketplace.
 */
export function buildRelease(request: BuildRequest): string {
  const { root, version, stamp, log } = request;
  const git = openGit(root);
  const source = readSource(git);
  const tag = toTag(version);
  if (git.succeeds(['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`])) {
    throw new ReleaseError(
      `${tag} already exists.`,
      'A release cannot be changed. Use another version.',
    );
  }
  const releases = source.releases.map((one) => one.version);
  rejectDowngrade(version, releases);
  const checkout = openCheckout(root, git, source);
  requireSourceVersion(checkout.file(VERSION_FILE).bytes.toString('utf8'), version);
  log(`Building ${tag} from ${source.commit}`);
  request.bundle();
  // The build must not change committed files. Nothing else detects it.
  requireCleanTree(git);
  const siblings: Siblings =
    stamp === undefined ? { kind: 'same-commit' } : { kind: 'stamped', repository: stamp, tag };
  const tree = buildReleaseTree(checkout, siblings, readHistory(git, source, version));
  requireMarketplaceRules(checkout, tree);
  for (const { name, kind } of checkout.actions) log(`  ${name} (${kind})`);
  const size = [...tree.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  log(`${tree.size} files, ${(size / 1024 / 1024).toFixed(1)} MiB`);
  const command = `pnpm release build --version ${formatVersion(version)}${stamp ? ` --stamp ${stamp}` : ''}`;
  const commit = commitTree(git, {
    ...source,
    files: tree,
    parents: [source.commit],
    message: `release: ${tag}\n\nBuilt from ${source.commit} by\n${command}\n`,
  });
  if (request.output !== undefined) {
    const { folder, sbomFile } = request.output;
    const release = { version: formatVersion(version), commit: source.commit, date: source.date };
    const sbom = normalizeSbom(readFileSync(sbomFile, 'utf8'), release);
    writeBuildFiles(git, { folder, commit, sbom }, tag);
  }
  return commit;
}

/** Throws before a release is published that the repository of an action could not list. */
function requireMarketplaceRules({ actions, source, file }: Checkout, tree: Tree): void {
  const origin = { commit: source.commit, paths: new Set(source.files.keys()), file };
  const problems = actions.flatMap((action) => {
    const names = { action: action.name, repository: 'org/mirror', source: 'org/actions', tag: '' };
    const paths = [...createMirrorTree(tree, origin, names).keys()];
    const others = actions.filter((one) => one !== action).map(({ metadata }) => metadata.name);
    return findMarketplaceProblems(paths, action.metadata, [...others, ROOT_ACTION_NAME]).map(
      (problem) => `actions/${action.name}: ${problem}`,
    );
  });
  if (problems.length === 0) return;
  throw new ReleaseError(
    `The rules of the Marketplace are violated:\n  - ${problems.join('\n  - ')}`,
    'Fix the actions, commit, and run the command again.',
  );
}

function requireSourceVersion(file: string, version: Version): void {
  const [, actual] = /version = '([^']*)'/.exec(file) ?? [];
  const expected = formatVersion(version);
  if (actual === expected) return;
  throw new ReleaseError(
    `The source is version ${actual ?? 'unknown'}, not ${expected}.`,
    `Write ${expected} to ${VERSION_FILE} and commit it. Reports contain this version.`,
  );
}
