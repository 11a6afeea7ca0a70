import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRelease } from './build.ts';
import { gitIn } from './git.ts';
import { mirrorAction } from './mirror.ts';
import { moveTags, type PublishRequest, pushRelease, refusePublished } from './publish.ts';
import { Refusal } from './refusal.ts';
import { readSource } from './source.ts';
import { openCheckout } from './tree.ts';
import { wantedVersion } from './version.ts';

/** What the command needs of the world. */
export interface ReleaseCommand {
  readonly root: string;
  readonly argv: readonly string[];
  /** Where the user stands: what `--out` is relative to. */
  readonly cwd: string;
  readonly bundle: () => void;
  readonly say: (line: string) => void;
}

const HELP = `pnpm release build   --version X.Y.Z [--stamp org/actions]
  makes the release commit of what is checked out, and prints its SHA on the last line
pnpm release publish --version X.Y.Z --remote <git url> [--stamp org/actions] [--keep-moving-tags]
  builds it, pushes it as vX.Y.Z, and moves vX.Y and vX after it
pnpm release move    --version X.Y.Z --remote <git url>
  only moves vX.Y and vX to a version that is out
pnpm release mirror  <action> --out <folder> [--repository org/actions] [--stamp org/actions]
  writes the tree of one action for the Marketplace

--stamp names siblings by repository and tag instead of "$/", for GitHub Enterprise Server.`;

const OPTIONS = {
  version: { type: 'string' },
  remote: { type: 'string' },
  stamp: { type: 'string' },
  out: { type: 'string' },
  repository: { type: 'string' },
  'keep-moving-tags': { type: 'boolean' },
} as const;

/** `pnpm release`. Throws a {@link Refusal} with a remedy for whatever it does not do. */
export function releaseCommand({ root, argv, cwd, bundle, say }: ReleaseCommand): void {
  const { positionals, values } = readArguments(argv);
  const [command, action] = positionals;
  const stamp = repositoryName('stamp', values.stamp);
  const target = (): PublishRequest => ({
    root,
    version: wantedVersion(values.version),
    remote: needed('remote', values.remote),
    say,
  });
  switch (command) {
    case 'build':
      say(buildRelease({ root, version: wantedVersion(values.version), stamp, bundle, say }));
      return;
    case 'publish': {
      const request = target();
      refusePublished(request);
      const commit = buildRelease({ ...request, stamp, bundle });
      pushRelease(request, commit);
      if (values['keep-moving-tags'] !== true) moveTags(request);
      say(commit);
      return;
    }
    case 'move':
      moveTags(target());
      return;
    case 'mirror': {
      const tag = `v${sourceVersion(root)}`;
      mirrorAction({
        root,
        action: action ?? '',
        out: resolve(cwd, needed('out', values.out)),
        repository: repositoryName('repository', values.repository) ?? stamp ?? 'org/actions',
        siblings: stamp ? { kind: 'stamped', repository: stamp, tag } : { kind: 'same-commit' },
        bundle,
        say,
      });
      return;
    }
    case undefined:
    case 'help':
      say(HELP);
      return;
    default:
      throw new Refusal(`There is no "${command}".`, `What there is:\n${HELP}`);
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new Refusal(cause instanceof Error ? cause.message : String(cause), `Usage:\n${HELP}`);
  }
}

function needed(name: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new Refusal(`--${name} is missing.`, `Usage:\n${HELP}`);
}

function repositoryName(option: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\w.-]+\/[\w.-]+$/.test(value)) return value;
  throw new Refusal(`--${option} ${value} is no repository.`, 'Give owner/name.');
}

function sourceVersion(root: string): string {
  const git = gitIn(root);
  const file = openCheckout(root, git, readSource(git)).file('packages/core/src/action/version.ts');
  return /version = '([^']*)'/.exec(file.bytes.toString('utf8'))?.[1] ?? '0.0.0';
}
