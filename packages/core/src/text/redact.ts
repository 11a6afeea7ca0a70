import { code, md } from '../summary/markdown.ts';
import { stripInvisible } from './untrusted.ts';

/** Replaces all known secrets in the output of the process. */
export interface Redactor {
  /** Registers a secret. */
  readonly add: (secret: string) => void;
  readonly text: (text: string) => string;
  /** Redacts all texts and keys of the data, after applying `toJSON`. */
  readonly data: (data: unknown) => unknown;
  /** Redacts the data and formats it as JSON, indented by two spaces. */
  readonly json: (data: unknown) => string;
}

/** Redacting shorter secrets would damage most messages and protect nothing. */
const MIN_LENGTH = 4;

/**
 * Redacts secrets in reports, summaries, outputs and notifications, because the runner masks only the
 * log. Covers the escaped and encoded forms of a secret.
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
        if (line.length >= MIN_LENGTH) for (const form of listForms(line)) forms.add(form);
      }
    },
    text,
    data,
    json: (given) => {
      const written = JSON.stringify(given, undefined, 2);
      // Rebuilding a large report takes longer than searching it, and most contain no secret.
      const found = forms.values().some((form) => written.includes(jsonText(form)));
      return found ? JSON.stringify(data(given), undefined, 2) : written;
    },
  };
}

function listForms(secret: string): readonly string[] {
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
  ].filter((form) => form.length >= MIN_LENGTH);
}

/** As in a JSON string. */
function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Merges overlapping secrets, so that no part of one remains. */
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
