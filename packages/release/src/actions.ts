import { parse } from 'yaml';
import { ReleaseError } from './release-error.ts';

/** What the Marketplace shows of an action. */
export interface ActionMetadata {
  readonly name: string;
  readonly description: string;
  readonly icon: string;
  readonly colour: string;
}

/** An action in the source, and the files that a release contains. */
export interface SourceAction {
  readonly name: string;
  /** The build creates the `dist` folder of a JavaScript action. */
  readonly kind: 'javascript' | 'composite';
  /** The texts of `action.yml` that the Marketplace shows. */
  readonly metadata: ActionMetadata;
  /** Paths in the source. */
  readonly files: readonly string[];
}

const JAVASCRIPT_FILES = /^(?:action\.yml|README\.md|report\.schema\.json)$/;
const COMPOSITE_EXCLUDED = /^(?:package\.json|tsconfig\.json|src\/|.*\.test\.ts$)/;

/** Reads every action below `actions/`, sorted by name. */
export function readActions(
  paths: readonly string[],
  read: (path: string) => string,
): readonly SourceAction[] {
  return paths
    .flatMap((path) => /^actions\/([^/]+)\/action\.yml$/.exec(path)?.[1] ?? [])
    .toSorted()
    .map((name) => {
      const folder = `actions/${name}/`;
      const manifest = parse(read(`${folder}action.yml`)) as Manifest;
      const kind = readKind(name, manifest);
      const shipped = (file: string) =>
        kind === 'javascript' ? JAVASCRIPT_FILES.test(file) : !COMPOSITE_EXCLUDED.test(file);
      const files = paths.filter(
        (path) => path.startsWith(folder) && shipped(path.slice(folder.length)),
      );
      return { name, kind, metadata: readMetadata(manifest), files };
    });
}

interface Manifest {
  readonly name?: string;
  readonly description?: string;
  readonly branding?: { readonly icon?: string; readonly color?: string };
  readonly runs?: { readonly using?: unknown };
}

function readMetadata({ name, description, branding }: Manifest): ActionMetadata {
  return {
    name: name ?? '',
    description: description ?? '',
    icon: branding?.icon ?? '',
    colour: branding?.color ?? '',
  };
}

function readKind(name: string, { runs }: Manifest): SourceAction['kind'] {
  if (runs?.using === 'node24') return 'javascript';
  if (runs?.using === 'composite') return 'composite';
  throw new ReleaseError(
    `actions/${name}/action.yml: runs.using is ${JSON.stringify(runs?.using)}.`,
    'Use node24 or composite.',
  );
}
