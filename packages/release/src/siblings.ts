const SIBLING = /(\buses:\s*["']?)\$\/([\w./-]+)/g;

/**
 * Replaces sibling references of a composite action or a reusable workflow (`uses: $/health-check`)
 * by repository and tag, because GitHub Enterprise Server does not support `$/`.
 */
export function replaceSiblings(text: string, repository: string, tag: string): string {
  return text.replace(SIBLING, (_, before: string, path: string) => {
    return `${before}${repository}/${path}@${tag}`;
  });
}

/** Whether a text references a sibling action. */
export function hasSiblings(text: string): boolean {
  return text.search(SIBLING) >= 0;
}
