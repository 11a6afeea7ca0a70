import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRelease } from './build.ts';
import { openGit } from './git.ts';
import { mirrorAction } from './mirror.ts';
import { moveTags, type PublishRequest, pushRelease, requireUnpublished } from './publish.ts';
import { ReleaseError } from './release-error.ts';
import { readSource } from './source.ts';
import { openCheckout } from './tree.ts';
import { parseVersion } from './version.ts';

/** The environment of the command. */
export interface ReleaseCommand {
  readonly root: string;
  readonly argv: readonly string[];
  /** The working folder, to which `--out` is relative. */
  readonly cwd: string;
  readonly bundle: () => void;
  readonly log: (line: string) => void;
}

const HELP = `pnpm release build   --version X.Y.Z [--stamp org/actions]
  builds the release commit from the checkout and prints its SHA on the last line
pnpm release publish --version X.Y.Z --remote <git url> [--stamp org/actions] [--keep-moving-tags]
  builds the release, pushes it as vX.Y.Z, and moves vX.Y and vX to it
pnpm release move    --version X.Y.Z --remote <git url>
  moves vX.Y and vX to a published version
pnpm release mirror  <action> --out <folder> [--repository org/actions] [--stamp org/actions]
  writes the files of one action for the Marketplace

--stamp references sibling actions by repository and tag instead of "$/" (GitHub Enterprise Server).`;

const OPTIONS = {
  version: { type: 'string' },
  remote: { type: 'string' },
  stamp: { type: 'string' },
  out: { type: 'string' },
  repository: { type: 'string' },
  'keep-moving-tags': { type: 'boolean' },
} as const;

/** Runs `pnpm release`. Throws a {@link ReleaseError} for invalid arguments and failed steps. */
export function releaseCommand({ root, argv, cwd, bundle, log }: ReleaseCommand): void {
  const { positionals, values } = readArguments(argv);
  const [command, action] = positionals;
  const stamp = parseRepository('stamp', values.stamp);
  const readRequest = (): PublishRequest => ({
    root,
    version: parseVersion(values.version),
    remote: requireOption('remote', values.remote),
    log,
  });
  switch (command) {
    case 'build':
      log(buildRelease({ root, version: parseVersion(values.version), stamp, bundle, log }));
      return;
    case 'publish': {
      const request = readRequest();
      requireUnpublished(request);
      const commit = buildRelease({ ...request, stamp, bundle });
      pushRelease(request, commit);
      if (values['keep-moving-tags'] !== true) moveTags(request);
      log(commit);
      return;
    }
    case 'move':
      moveTags(readRequest());
      return;
    case 'mirror': {
      const tag = `v${readSourceVersion(root)}`;
      mirrorAction({
        root,
        action: action ?? '',
        out: resolve(cwd, requireOption('out', values.out)),
        repository: parseRepository('repository', values.repository) ?? stamp ?? 'org/actions',
        siblings: stamp ? { kind: 'stamped', repository: stamp, tag } : { kind: 'same-commit' },
        bundle,
        log,
      });
      return;
    }
    case undefined:
    case 'help':
      log(HELP);
      return;
    default:
      throw new ReleaseError(`Unknown command "${command}".`, `Usage:\n${HELP}`);
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new ReleaseError(
      cause instanceof Error ? cause.message : String(cause),
      `Usage:\n${HELP}`,
    );
  }
}

function requireOption(name: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new ReleaseError(`--${name} is required.`, `Usage:\n${HELP}`);
}

function parseRepository(option: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\w.-]+\/[\w.-]+$/.test(value)) return value;
  throw new ReleaseError(`--${option} ${value} is not a valid repository.`, 'Use owner/name.');
}

function readSourceVersion(root: string): string {
  const git = openGit(root);
  const file = openCheckout(root, git, readSource(git)).file('packages/core/src/action/version.ts');
  return /version = '([^']*)'/.exec(file.bytes.toString('utf8'))?.[1] ?? '0.0.0';
}
