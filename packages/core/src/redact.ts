import { code, md } from './summary/markdown.ts';

/** Replaces every known secret in what is about to leave the process. */
export interface Redactor {
  /** Makes a value a secret from now on. */
  readonly add: (secret: string) => void;
  readonly text: (text: string) => string;
  /** The same in all texts, keys included, within plain data. */
  readonly data: (data: unknown) => unknown;
}

/** Shorter ones would blank out half of every message, and protect nothing. */
const SHORTEST = 4;

/**
 * The runner masks the log only; reports, summaries, outputs and notifications would carry a
 * secret away. The forms that it takes on the way (escaped, encoded) count as well.
 */
export function redactor(): Redactor {
  const forms = new Set<string>();
  const text = (given: string) => {
    let result = given;
    for (const form of forms) result = result.replaceAll(form, '***');
    return result;
  };
  const data = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(data);
    if (typeof given !== 'object' || given === null || given instanceof Date) return given;
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [text(key), data(value)]),
    );
  };
  return {
    add: (secret) => {
      for (const line of secret.split(/\r?\n/)) {
        if (line.length >= SHORTEST) for (const form of formsOf(line)) forms.add(form);
      }
    },
    text: (given) => (forms.size === 0 ? given : text(given)),
    data: (given) => (forms.size === 0 ? given : data(given)),
  };
}

function formsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    md`${secret}`.markdown,
    code(secret).markdown.slice('<code>'.length, -'</code>'.length),
    JSON.stringify(secret).slice(1, -1),
  ];
}
