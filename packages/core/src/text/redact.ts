import { code, md } from '../summary/markdown.ts';
import { stripInvisible } from './untrusted.ts';

/** Replaces every known secret in what is about to leave the process. */
export interface Redactor {
  /** Makes a value a secret from now on. */
  readonly add: (secret: string) => void;
  readonly text: (text: string) => string;
  /** The same in all texts, keys included, within data; as JSON would have it (`toJSON`). */
  readonly data: (data: unknown) => unknown;
  /** The same data as JSON, with two spaces for each level. */
  readonly json: (data: unknown) => string;
}

/** Shorter ones would blank out half of every message, and protect nothing. */
const SHORTEST = 4;

/**
 * The runner masks the log only; reports, summaries, outputs and notifications would carry a
 * secret away. The forms that it takes on the way (escaped, encoded) count as well.
 */
export function redactor(): Redactor {
  const forms = new Set<string>();
  const text = (given: string) => replaceAll(given, forms);
  const data = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(data);
    if (typeof given !== 'object' || given === null) return given;
    if ('toJSON' in given && typeof given.toJSON === 'function') return data(given.toJSON());
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [text(key), data(value)]),
    );
  };
  return {
    add: (secret) => {
      for (const line of secret.split(/\r\n|\r|\n/).map((one) => one.trim())) {
        if (line.length >= SHORTEST) for (const form of formsOf(line)) forms.add(form);
      }
    },
    text,
    data,
    json: (given) => {
      const written = JSON.stringify(given, undefined, 2);
      // Seldom is there any: going through all of a large report takes longer than looking.
      const found = forms.values().some((form) => written.includes(jsonText(form)));
      return found ? JSON.stringify(data(given), undefined, 2) : written;
    },
  };
}

function formsOf(secret: string): readonly string[] {
  const wellFormed = secret.toWellFormed();
  return [
    secret,
    stripInvisible(secret).replace(/\s+/g, ' '),
    encodeURIComponent(wellFormed),
    new URLSearchParams([['', wellFormed]]).toString().slice('='.length),
    Buffer.from(secret).toString('base64'),
    md`${secret}`.markdown,
    code(secret).markdown.slice('<code>'.length, -'</code>'.length),
    jsonText(secret),
  ].filter((form) => form.length >= SHORTEST);
}

/** As it stands within a text in JSON. */
function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Where secrets overlap or contain each other, no piece of one may be left over. */
function replaceAll(text: string, forms: Iterable<string>): string {
  const places: { readonly from: number; readonly to: number }[] = [];
  for (const form of forms) {
    for (let from = text.indexOf(form); from >= 0; from = text.indexOf(form, from + 1)) {
      places.push({ from, to: from + form.length });
    }
  }
  places.sort((one, other) => one.from - other.from);
  let result = '';
  let end = 0;
  for (const { from, to } of places) {
    if (from >= end) result += `${text.slice(end, from)}***`;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}
