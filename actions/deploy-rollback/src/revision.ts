export const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function isFullSha(text: string): boolean {
  return FULL_SHA.test(text);
}

/** How a release is shown: `a1b2c3d`. The release before the first record has no SHA. */
export function shortSha(revision: string): string {
  return revision === '' ? 'the release before the first record' : revision.slice(0, 7);
}
