import { changeText, relocate, type TreeFile } from './tree.ts';

/** The repositories that the files of a mirror name. */
export interface MirrorNames {
  readonly action: string;
  /** The repository of the mirror, `owner/name`. */
  readonly repository: string;
  /** The repository of the release, `owner/name`. */
  readonly source: string;
  /** The tag of the release; composite actions reference their siblings by it. */
  readonly tag: string;
}

/** The commit that a release was built from. */
export interface MirrorSource {
  readonly commit: string;
  readonly paths: ReadonlySet<string>;
  readonly file: (path: string) => TreeFile;
}

/** The name of the source repository in the documents, which a fork replaces. */
const PLACEHOLDER = 'org/actions';

/**
 * Moves the files of one action of a release to the root. In documents, links to other files lead
 * to the source repository, and `uses:` names the mirror.
 *
 * @param release the files of the release by path, whatever they are read as
 */
export function createMirrorTree<File>(
  release: ReadonlyMap<string, File>,
  source: MirrorSource,
  names: MirrorNames,
): ReadonlyMap<string, File | TreeFile> {
  const folder = `${names.action}/`;
  const files = [...release].flatMap(([path, file]) =>
    path.startsWith(folder) ? [[path.slice(folder.length), file] as const] : [],
  );
  const mirrored = new Set(files.map(([path]) => path));
  const own = `actions/${names.action}/`;
  const toTreePath = (path: string) => {
    const target = path.startsWith(own) ? path.slice(own.length) : undefined;
    return target !== undefined && mirrored.has(target) ? target : undefined;
  };
  const toUrl = (path: string) => {
    const kind = /\.(png|svg)$/.test(path) ? 'raw' : source.paths.has(path) ? 'blob' : 'tree';
    return `https://github.com/${names.source}/${kind}/${source.commit}/${path}`;
  };
  const siblings = { kind: 'stamped', repository: names.source, tag: names.tag } as const;
  return new Map<string, File | TreeFile>(
    files.map(([path, file]) => {
      const from = `${own}${path}`;
      if (!source.paths.has(from) || !/\.(md|ya?ml)$/.test(path)) return [path, file];
      const placement = { toTreePath, toUrl };
      const moved = relocate(source.file(from), from, path, siblings, placement);
      return [
        path,
        path.endsWith('.md') ? changeText(moved, (text) => rename(text, names)) : moved,
      ];
    }),
  );
}

/** Replaces the placeholder by the mirror, and for other actions by the source repository. */
function rename(text: string, { action, repository, source }: MirrorNames): string {
  return text
    .replaceAll(`${PLACEHOLDER}/${action}@`, `${repository}@`)
    .replaceAll(`${PLACEHOLDER}/`, `${source}/`);
}
