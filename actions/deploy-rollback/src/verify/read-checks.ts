import { field } from '@repo/core/config/field';
import { oneKey } from '@repo/core/config/one-key';
import { parseConfig } from '@repo/core/config/parse-config';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import type { SyncParser } from '@repo/core/inputs/parser';
import * as v from 'valibot';
import type { VerifyCheck } from './check.ts';
import { httpCheck } from './http-check.ts';
import { tcpCheck } from './tcp-check.ts';

const WORDS = {
  none: 'names no check that is known',
  several: 'has several of them in one\nWrite an item for each.',
};

const http = v.pipe(
  v.strictObject(
    {
      url: field(httpUrl()),
      status: v.optional(field(statusRange()), '200-299'),
      headers: v.optional(v.record(v.string(), v.string()), {}),
      body: v.optional(v.string(), ''),
      json: v.optional(v.record(v.string(), field({ parse: (given) => given })), {}),
    },
    'An http check knows url, status, headers, body and json.',
  ),
  v.transform(httpCheck),
);

const tcp = v.pipe(
  v.strictObject(
    { host: v.pipe(v.string(), v.nonEmpty()), port: field(integer({ min: 1, max: 65_535 })) },
    'A tcp check knows host and port.',
  ),
  v.transform(tcpCheck),
);

const KINDS: Readonly<Record<string, v.GenericSchema<unknown, VerifyCheck>>> = { http, tcp };

const checks = v.pipe(
  v.array(
    oneKey(Object.keys(KINDS), WORDS, (kind) => {
      const schema = KINDS[kind];
      return schema && titled(kind, schema);
    }),
    'Write a list: - http: {url: …}',
  ),
  v.minLength(1, 'has no check in it\nWrite at least one.'),
);

/** Reads `verify-checks`, YAML or JSON. Throws an InputError with every mistake's line and column. */
export async function readChecks(text: string): Promise<readonly VerifyCheck[]> {
  return parseConfig(text, 'verify-checks', checks);
}

/** The check under its key, by the name that the user gave it. */
function titled(kind: string, schema: v.GenericSchema<unknown, VerifyCheck>) {
  return v.pipe(
    v.strictObject(
      { name: v.optional(v.string()), [kind]: schema },
      `A check knows name and ${kind}.`,
    ),
    v.transform((given): VerifyCheck => {
      // The type system cannot follow a key that is only known at run time.
      const check = given[kind] as VerifyCheck;
      return typeof given.name === 'string' ? { ...check, title: given.name } : check;
    }),
  );
}

/** `200` or `200-299`. */
function statusRange(): SyncParser<readonly [number, number]> {
  return {
    parse: (given) => {
      const [, low, high = low] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(given) ?? [];
      if (low === undefined || Number(high) < Number(low)) {
        throw new InvalidValue('is no status', 'Write one, or the first and the last: 200-299.');
      }
      return [Number(low), Number(high)];
    },
  };
}
