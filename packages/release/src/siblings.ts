const SIBLING = /(\buses:\s*["']?)\$\/([\w./-]+)/g;

/**
 * Names the siblings of a composite action or a reusable workflow (`uses: $/health-check`) by
 * repository and tag, for where `$/` is not known: GitHub Enterprise Server.
 */
export function stampSiblings(text: string, repository: string, tag: string): string {
  return text.replace(SIBLING, (_, before: string, path: string) => {
    return `${before}${repository}/${path}@${tag}`;
  });
}

/** Whether a text names a sibling. */
export function hasSiblings(text: string): boolean {
  return text.search(SIBLING) >= 0;
}
