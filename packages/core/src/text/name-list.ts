/** The outputs of a whole job share 1 MB; a list of names must leave room for the others. */
const MOST_BYTES = 64_000;

/**
 * Names as one output, separated by commas; a comma in a name becomes a space. A list that is too
 * long ends with the last name that fits as a whole: the JSON report has them all.
 */
export function nameList(names: readonly string[], mostBytes = MOST_BYTES): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const name of names) {
    bytes += Buffer.byteLength(name) + 1;
    if (bytes > mostBytes + 1) break;
    kept.push(name.replaceAll(',', ' '));
  }
  return kept.join(',');
}
