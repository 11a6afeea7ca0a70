import { commitTree } from './commit-tree.ts';
import { gitIn } from './git.ts';
import { historyOf } from './history.ts';
import { Refusal } from './refusal.ts';
import { releaseTree } from './release-tree.ts';
import { readSource, refuseChanges } from './source.ts';
import { openCheckout, type Siblings } from './tree.ts';
import { refuseStepBack, tagOf, type Version, versionText } from './version.ts';

/** What a release is built from and how. */
export interface BuildRequest {
  /** The checkout. */
  readonly root: string;
  readonly version: Version;
  /** The repository that siblings are named by; undefined: `$/` stays. */
  readonly stamp?: string | undefined;
  /** Makes every `dist` anew. */
  readonly bundle: () => void;
  readonly say: (line: string) => void;
}

/** Where the version stands that reports carry. */
const VERSION_FILE = 'packages/core/src/action/version.ts';

/**
 * Builds the release commit and answers its SHA; no branch, tag or file changes. Throws a
 * {@link Refusal} for a working tree with changes, a cut history, a version that is not the one in
 * the source, and a tag that exists already.
 */
export function buildRelease(request: BuildRequest): string {
  const { root, version, stamp, say } = request;
  const git = gitIn(root);
  const source = readSource(git);
  const tag = tagOf(version);
  if (git.says(['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`])) {
    throw new Refusal(
      `${tag} exists already.`,
      'A release is never changed: take another version.',
    );
  }
  const released = source.released.map((one) => one.version);
  refuseStepBack(version, released);
  const checkout = openCheckout(root, git, source);
  refuseOtherVersion(checkout.file(VERSION_FILE).bytes.toString('utf8'), version);
  say(`Building ${tag} from ${source.commit}`);
  request.bundle();
  // A build that changes what is committed would be found nowhere else.
  refuseChanges(git);
  const siblings: Siblings =
    stamp === undefined ? { kind: 'same-commit' } : { kind: 'stamped', repository: stamp, tag };
  const tree = releaseTree(checkout, siblings, historyOf(git, source, version));
  for (const { name, kind } of checkout.actions) say(`  ${name} (${kind})`);
  const size = [...tree.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  say(`${tree.size} files, ${(size / 1024 / 1024).toFixed(1)} MiB`);
  const how = `pnpm release build --version ${versionText(version)}${stamp ? ` --stamp ${stamp}` : ''}`;
  return commitTree(
    git,
    source,
    tree,
    `release: ${tag}\n\nBuilt from ${source.commit} by\n${how}\n`,
  );
}

function refuseOtherVersion(file: string, version: Version): void {
  const [, stated] = /version = '([^']*)'/.exec(file) ?? [];
  const wanted = versionText(version);
  if (stated === wanted) return;
  throw new Refusal(
    `The source is version ${stated ?? 'unknown'}, not ${wanted}.`,
    `Write ${wanted} into ${VERSION_FILE}, which every report carries, and commit it.`,
  );
}
