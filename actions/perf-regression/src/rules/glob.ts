/**
 * Whether a name matches a glob: `*` is any text (slashes too), `?` one character, everything else
 * itself. Linear in the text for each star: no regular expression, whose time a name could blow up.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let [g, n] = [0, 0];
  let star = -1;
  let retry = 0;
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g++;
      retry = n;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === name[n])) {
      g++;
      n++;
    } else if (star >= 0) {
      g = star + 1;
      n = ++retry;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
