import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openGit } from './git.ts';
import { mirrorRelease } from './mirror.ts';
import { publishRelease, verifyBuilds } from './publish.ts';
import { ReleaseError } from './release-error.ts';
import { moveTags } from './remote-tags.ts';
import { parseVersion } from './version.ts';

/** The environment of the command. */
export interface ReleaseCommand {
  readonly root: string;
  readonly argv: readonly string[];
  /** The working folder, to which `--out`, `--from` and `--sbom` are relative. */
  readonly cwd: string;
  readonly bundle: () => void;
  readonly log: (line: string) => void;
}

const HELP = `pnpm release build   --version X.Y.Z[-rc.N] [--out <folder> --sbom <file>] [--stamp org/actions]
  builds the release commit from the checkout and prints its SHA on the last line;
  with --out, writes the commit (release.bundle) and the SBOM of "pnpm sbom" for publish
pnpm release verify  --version X.Y.Z --from <folder> --from <folder>
  compares two builds, and prints the SHA of the release commit on the last line
pnpm release publish --version X.Y.Z --from <folder> --from <folder> --remote <git url> [--keep-moving-tags]
  compares two builds, pushes the release as vX.Y.Z, and moves vX.Y and vX to it
pnpm release move    --version X.Y.Z --remote <git url>
  moves vX.Y and vX to a published version
pnpm release mirror  <action> --version X.Y.Z --remote <git url> --repository org/<action> [--source org/actions]
  publishes the files of one action of a release in its own repository, for the Marketplace

verify, publish, move and mirror require only Node.js and git:
  node packages/release/src/cli.ts publish …
A release candidate (X.Y.Z-rc.N) moves no other tag.
--stamp references sibling actions by repository and tag instead of "$/" (GitHub Enterprise Server).`;

const OPTIONS = {
  version: { type: 'string' },
  remote: { type: 'string' },
  stamp: { type: 'string' },
  out: { type: 'string' },
  sbom: { type: 'string' },
  from: { type: 'string', multiple: true },
  repository: { type: 'string' },
  source: { type: 'string' },
  'keep-moving-tags': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Runs `pnpm release`. Throws a {@link ReleaseError} for invalid arguments and failed steps. */
export async function releaseCommand(environment: ReleaseCommand): Promise<void> {
  const { root, argv, cwd, bundle, log } = environment;
  const { positionals, values } = readArguments(argv);
  const [command, action] = values.help ? ['help'] : positionals;
  const version = () => parseVersion(values.version);
  const remote = () => requireOption('remote', values.remote);
  const builds = () => ({
    root,
    version: version(),
    from: (values.from ?? []).map((folder) => resolve(cwd, folder)),
    log,
  });
  switch (command) {
    case 'build': {
      // Only a build requires packages. The jobs that publish install none.
      const { buildRelease } = await import('./build.ts');
      const stamp = parseRepository('stamp', values.stamp);
      const output =
        values.out === undefined
          ? undefined
          : {
              folder: resolve(cwd, values.out),
              sbomFile: resolve(cwd, requireOption('sbom', values.sbom)),
            };
      log(buildRelease({ root, version: version(), stamp, output, bundle, log }));
      return;
    }
    case 'verify':
      log(verifyBuilds(builds()));
      return;
    case 'publish': {
      const keepMovingTags = values['keep-moving-tags'] === true;
      log(publishRelease({ ...builds(), remote: remote(), keepMovingTags }));
      return;
    }
    case 'move':
      moveTags(openGit(root), remote(), version(), log);
      return;
    case 'mirror':
      log(
        mirrorRelease({
          root,
          action: action ?? '',
          version: version(),
          remote: remote(),
          repository: requireRepository('repository', values.repository),
          source: requireRepository('source', values.source ?? 'org/actions'),
          log,
        }),
      );
      return;
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

function requireRepository(option: string, value: string | undefined): string {
  const repository = requireOption(option, value);
  if (/^[\w.-]+\/[\w.-]+$/.test(repository)) return repository;
  throw new ReleaseError(`--${option} ${repository} is not a valid repository.`, 'Use owner/name.');
}

function parseRepository(option: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : requireRepository(option, value);
}
