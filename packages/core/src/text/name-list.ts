/** All outputs of a job share 1 MB, so a list must leave room for others. */
const MAX_BYTES = 64_000;

/**
 * Joins names with commas for an output. A comma in a name becomes a space. A list that is too long ends
 * with the last complete name; the JSON report has all names.
 */
export function nameList(names: readonly string[], maxBytes = MAX_BYTES): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const name of names) {
    bytes += Buffer.byteLength(name) + 1;
    if (bytes > maxBytes + 1) break;
    kept.push(name.replaceAll(',', ' '));
  }
  return kept.join(',');
}
