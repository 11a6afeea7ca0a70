import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { fill } from './example-value.ts';
import { at, isObject, type Json, type JsonObject } from './extract-operations.ts';

/** What GitHub publishes about its API, for the operations that are served here. */
export interface Contract {
  /** What is wrong with a request; empty for a right one. */
  readonly requestErrors: (operation: string, request: CheckedRequest) => readonly string[];
  readonly responseErrors: (
    operation: string,
    response: { readonly status: number; readonly body?: unknown },
  ) => readonly string[];
  /** An object of a named schema: what is not given and required gets a harmless value. */
  readonly complete: <T extends object>(schema: string, given: T) => T;
}

export interface CheckedRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** `undefined` where there was none. */
  readonly body: unknown;
}

/** A part of the description, and where it is. */
interface Part {
  readonly path: readonly string[];
  readonly part: JsonObject;
}

/** Answers that every operation may give, described for it or not. */
const COMMON_STATUSES = [401, 403, 404, 422, 429, 500, 502, 503, 504];
/** Described as one time, but explained (and served) as a range of them, `>=2026-01-01`. */
const RANGE_PARAMETERS = ['created'];

export function loadContract(): Contract {
  const file = new URL('openapi.json', import.meta.url);
  const description: JsonObject = JSON.parse(readFileSync(file, 'utf8'));
  const validate = createValidator(description);

  /** References followed. */
  const resolvePart = (path: readonly string[]): Part => {
    const part = at(description, path) ?? null;
    if (!isObject(part)) throw new Error(`nothing at ${path.join(' ')} of openapi.json`);
    return typeof part.$ref === 'string'
      ? resolvePart(part.$ref.split('/').slice(1))
      : { path, part };
  };

  const parameterErrors = (operation: string, { params, query }: CheckedRequest) => {
    const path = [...toPath(operation), 'parameters'];
    const described = at(description, path);
    const parameters = (Array.isArray(described) ? described : []).map((_, index) =>
      resolvePart([...path, String(index)]),
    );
    const isKnown = (name: string) =>
      parameters.some(({ part }) => part.in === 'query' && part.name === name);
    return [
      ...Object.keys(query)
        .filter((name) => !isKnown(name))
        .map((name) => `there is no query parameter ${name}`),
      ...parameters.flatMap(({ path: where, part }) => {
        const name = String(part.name);
        const value = (part.in === 'path' ? params : query)[name];
        if (value === undefined) return part.required === true ? [`${name} is missing`] : [];
        const schema = [...where, 'schema'];
        const readings = RANGE_PARAMETERS.includes(name) ? [] : readValues(value);
        const errors = readings.map((reading) => validate(schema, reading, name));
        return errors.some((found) => found.length === 0) ? [] : (errors[0] ?? []);
      }),
    ];
  };

  const bodyErrors = (operation: string, body: unknown) => {
    const path = [...toPath(operation), 'requestBody'];
    if (at(description, path) === undefined) return body === undefined ? [] : ['takes no body'];
    const { path: where, part } = resolvePart(path);
    if (body === undefined) return part.required === true ? ['the body is missing'] : [];
    const schema = [...where, ...JSON_SCHEMA];
    return [
      ...validate(schema, body, 'body'),
      ...findUnknownProperties(resolvePart(schema).part, body),
    ];
  };

  return {
    requestErrors: (operation, request) => [
      ...parameterErrors(operation, request),
      ...bodyErrors(operation, request.body),
    ],
    responseErrors: (operation, { status, body }) => {
      const path = [...toPath(operation), 'responses', String(status)];
      if (at(description, path) === undefined) {
        return COMMON_STATUSES.includes(status) ? [] : [`no answer ${status} is described`];
      }
      const { path: where, part } = resolvePart(path);
      if (part.content !== undefined) {
        return validate([...where, ...JSON_SCHEMA], body, `answer ${status}`);
      }
      // Of errors, the description often has no more than a word; they have a message all the same.
      return body === undefined || status >= 400 ? [] : [`the answer ${status} has no body`];
    },
    complete: (schema, given) => {
      const resolve = (reference: string) => resolvePart(reference.split('/').slice(1)).part;
      const filled = fill({ $ref: `#/components/schemas/${schema}` }, resolve);
      return { ...(isObject(filled) ? filled : {}), ...given };
    },
  };
}

const JSON_SCHEMA = ['content', 'application/json', 'schema'];

function toPath(operation: string): readonly string[] {
  const [method = '', path = ''] = operation.split(' ');
  return ['paths', path, method.toLowerCase()];
}

/** What a text in a URL may stand for. */
function readValues(text: string): readonly unknown[] {
  if (/^-?\d+$/.test(text)) return [Number(text), text];
  return text === 'true' || text === 'false' ? [text === 'true', text] : [text];
}

function createValidator(description: JsonObject) {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  // GitHub's description gives some addresses the default "".
  ajv.addFormat('uri', (text: string) => text === '' || URL.canParse(text));
  ajv.addSchema(description, 'github');
  const compiled = new Map<string, ValidateFunction>();
  return (path: readonly string[], value: unknown, what: string): readonly string[] => {
    const pointer = path
      .map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `github#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${what}${instancePath} ${message}`,
    );
  };
}

/** GitHub ignores what it does not know; whoever sends it has made a mistake all the same. */
function findUnknownProperties(schema: JsonObject, body: unknown): readonly string[] {
  const properties: Json = schema.properties ?? null;
  if (!isObject(properties) || schema.additionalProperties !== undefined) return [];
  return Object.keys(Object(body))
    .filter((name) => !(name in properties))
    .map((name) => `body has no property ${name}`);
}
