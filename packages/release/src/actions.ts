import { parse } from 'yaml';
import { Refusal } from './refusal.ts';

/** An action of the source, and which of its files users get. */
export interface SourceAction {
  readonly name: string;
  /** A JavaScript action has a `dist`, made by the build. */
  readonly kind: 'javascript' | 'composite';
  readonly manifest: string;
  /** Paths of the source. */
  readonly files: readonly string[];
}

const OF_JAVASCRIPT = /^(?:action\.yml|README\.md|report\.schema\.json)$/;
const NOT_OF_COMPOSITE = /^(?:package\.json|tsconfig\.json|src\/|.*\.test\.ts$)/;

/** Every action below `actions/`, sorted by name. */
export function sourceActions(
  paths: readonly string[],
  read: (path: string) => string,
): readonly SourceAction[] {
  return paths
    .flatMap((path) => /^actions\/([^/]+)\/action\.yml$/.exec(path)?.[1] ?? [])
    .toSorted()
    .map((name) => {
      const folder = `actions/${name}/`;
      const manifest = read(`${folder}action.yml`);
      const kind = kindOf(name, manifest);
      const shipped = (file: string) =>
        kind === 'javascript' ? OF_JAVASCRIPT.test(file) : !NOT_OF_COMPOSITE.test(file);
      const files = paths.filter(
        (path) => path.startsWith(folder) && shipped(path.slice(folder.length)),
      );
      return { name, kind, manifest, files };
    });
}

function kindOf(name: string, manifest: string): SourceAction['kind'] {
  const { runs } = parse(manifest) as { readonly runs?: { readonly using?: unknown } };
  if (runs?.using === 'node24') return 'javascript';
  if (runs?.using === 'composite') return 'composite';
  throw new Refusal(
    `actions/${name}/action.yml: runs.using is ${JSON.stringify(runs?.using)}.`,
    'Only node24 and composite are released.',
  );
}
