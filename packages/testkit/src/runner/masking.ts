/** Hides secrets in text; `add` makes one more value a secret from now on. */
export interface Masker {
  add(value: string): void;
  mask(text: string): string;
}

// The runner also hides what a secret usually looks like after encoding (ValueEncoders.cs).
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
 * A masker as the runner has one: each secret whole, and each line of a secret of several lines,
 * because a log is masked line by line. Overlapping finds become one `***`.
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
  return { add, mask: (text) => hide(text, needles) };
}

function hide(text: string, needles: ReadonlySet<string>): string {
  const finds: [start: number, end: number][] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      finds.push([at, at + needle.length]);
    }
  }
  finds.sort((a, b) => a[0] - b[0]);
  let result = '';
  let end = 0;
  for (const [from, to] of finds) {
    if (from > end || end === 0) result += `${text.slice(end, from)}***`;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}
