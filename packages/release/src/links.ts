import { posix } from 'node:path';

/** Maps paths of the source to paths of the released tree. */
export interface Placement {
  /** Returns the path in the tree; `undefined` if the file is not in the tree. */
  readonly toTreePath: (source: string) => string | undefined;
  /** Returns the URL of a file that is not in the tree, from a folder at this depth. */
  readonly toUrl: (source: string, depth: number) => string;
}

const LINK = /(\]\(|<img[^>]*\ssrc=")([^)\s"#]+)/g;

/** Rewrites the relative links of a Markdown file for its path in the tree. */
export function rewriteLinks(text: string, from: string, to: string, placement: Placement): string {
  return text.replace(LINK, (match, before: string, link: string) => {
    if (/^([a-z]+:|\/|#)/i.test(link)) return match;
    const source = posix.normalize(posix.join(posix.dirname(from), link));
    const target = placement.toTreePath(source);
    if (target === undefined) {
      return `${before}${placement.toUrl(source, to.split('/').length - 1)}`;
    }
    return `${before}${posix.relative(posix.dirname(to), target)}`;
  });
}
