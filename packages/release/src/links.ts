import { posix } from 'node:path';

/** Where the files of a tree that is made from the source come from. */
export interface Placement {
  /** From a path of the source to the path in the tree; undefined where it is not in the tree. */
  readonly placed: (source: string) => string | undefined;
  /** The address of a path of the source that is not in the tree, from a folder `depth` deep. */
  readonly elsewhere: (source: string, depth: number) => string;
}

const LINK = /(\]\(|<img[^>]*\ssrc=")([^)\s"#]+)/g;

/** Carries the relative links of a Markdown text of the source along to its place in a tree. */
export function moveLinks(text: string, from: string, to: string, placement: Placement): string {
  return text.replace(LINK, (whole, before: string, link: string) => {
    if (/^([a-z]+:|\/|#)/i.test(link)) return whole;
    const source = posix.normalize(posix.join(posix.dirname(from), link));
    const target = placement.placed(source);
    if (target === undefined) {
      return `${before}${placement.elsewhere(source, to.split('/').length - 1)}`;
    }
    return `${before}${posix.relative(posix.dirname(to), target)}`;
  });
}
