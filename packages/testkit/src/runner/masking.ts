/** Masks secrets in text; `add` adds a secret. */
export interface Masker {
  add(value: string): void;
  mask(text: string): string;
}

// The runner also masks common encodings of a secret (ValueEncoders.cs).
const ENCODERS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => Buffer.from(value).toString('base64'),
  (value) => Buffer.from(value).subarray(1).toString('base64'),
  (value) => Buffer.from(value).subarray(2).toString('base64'),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => encodeURIComponent(value),
  (value) => value.replaceAll("'", "''"),
  (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
  (value) => value.replace(/^"(.*)"$/s, '$1'),
];

/**
 * Creates a masker like that of the runner: masks each secret, and each line of a multi-line secret,
 * because a log is masked line by line. Overlapping matches become one `***`.
 */
export function createMasker(secrets: readonly string[] = []): Masker {
  const needles = new Set<string>();
  const add = (value: string): void => {
    for (const part of [value, ...value.split(/[\r\n]+/)]) {
      if (part.trim() === '') continue;
      for (const encode of ENCODERS) needles.add(encode(part));
    }
    needles.delete('');
  };
  for (const secret of secrets) add(secret);
  return { add, mask: (text) => replaceMatches(text, needles) };
}

function replaceMatches(text: string, needles: ReadonlySet<string>): string {
  const matches: [start: number, end: number][] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      matches.push([at, at + needle.length]);
    }
  }
  matches.sort((a, b) => a[0] - b[0]);
  let result = '';
  let end = 0;
  for (const [from, to] of matches) {
    if (from > end || end === 0) result += `${text.slice(end, from)}***`;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}
