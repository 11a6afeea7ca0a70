import { parse } from 'yaml';
import { ReleaseError } from './release-error.ts';

/** An action in the source, and the files that a release contains. */
export interface SourceAction {
  readonly name: string;
  /** The build creates the `dist` folder of a JavaScript action. */
  readonly kind: 'javascript' | 'composite';
  readonly manifest: string;
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
      const manifest = read(`${folder}action.yml`);
      const kind = readKind(name, manifest);
      const shipped = (file: string) =>
        kind === 'javascript' ? JAVASCRIPT_FILES.test(file) : !COMPOSITE_EXCLUDED.test(file);
      const files = paths.filter(
        (path) => path.startsWith(folder) && shipped(path.slice(folder.length)),
      );
      return { name, kind, manifest, files };
    });
}

function readKind(name: string, manifest: string): SourceAction['kind'] {
  const { runs } = parse(manifest) as { readonly runs?: { readonly using?: unknown } };
  if (runs?.using === 'node24') return 'javascript';
  if (runs?.using === 'composite') return 'composite';
  throw new ReleaseError(
    `actions/${name}/action.yml: runs.using is ${JSON.stringify(runs?.using)}.`,
    'Use node24 or composite.',
  );
}
