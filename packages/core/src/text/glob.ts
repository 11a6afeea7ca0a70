/**
 * Whether a whole text matches a glob: `*` matches any text (slashes too), `?` one character,
 * everything else itself. Not a regular expression, because a crafted text could make one take
 * exponential time.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let globIndex = 0;
  let textIndex = 0;
  let star = -1;
  let retryFrom = 0;
  while (textIndex < text.length) {
    if (glob[globIndex] === '*') {
      star = globIndex++;
      retryFrom = textIndex;
    } else if (glob[globIndex] === '?' || glob[globIndex] === text[textIndex]) {
      globIndex++;
      textIndex++;
    } else if (star >= 0) {
      // Let the last star match one more character.
      globIndex = star + 1;
      textIndex = ++retryFrom;
    } else {
      return false;
    }
  }
  while (glob[globIndex] === '*') globIndex++;
  return globIndex === glob.length;
}
