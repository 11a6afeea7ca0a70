export function qualifyName(pkg: string, name: string): string {
  return pkg === '' ? name : `${pkg}.${name}`;
}

/** Removes `-8`. */
export function withoutSuffix(name: string): string {
  let at = name.length;
  while (at > 0 && isDigit(name.charCodeAt(at - 1))) at--;
  return at > 1 && at < name.length && name[at - 1] === '-' ? name.slice(0, at - 1) : name;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
