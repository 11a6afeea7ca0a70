import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { createExample } from './example-value.ts';
import { at, isObject, type Json, type JsonObject } from './extract-operations.ts';

/** GitHub's API description of the supported operations. */
export interface Contract {
  /** Returns the errors of a request; empty if it is valid. */
  readonly requestErrors: (operation: string, request: CheckedRequest) => readonly string[];
  readonly responseErrors: (
    operation: string,
    response: { readonly status: number; readonly body?: unknown },
  ) => readonly string[];
  /** Completes an object of a schema with default values for missing required properties. */
  readonly complete: <T extends object>(schema: string, given: T) => T;
}

export interface CheckedRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** `undefined` if the request has no body. */
  readonly body: unknown;
}

/** A part of the description and its path. */
interface Part {
  readonly path: readonly string[];
  readonly part: JsonObject;
}

/** Statuses that every operation may return, described or not. */
const COMMON_STATUSES = [401, 403, 404, 422, 429, 500, 502, 503, 504];
/** Parameters described as a time, but documented as a range (`>=2026-01-01`). */
const RANGE_PARAMETERS = ['created'];

export function loadContract(): Contract {
  const file = new URL('openapi.json', import.meta.url);
  const description: JsonObject = JSON.parse(readFileSync(file, 'utf8'));
  const validate = createValidator(description);

  /** Follows references. */
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
        .map((name) => `unknown query parameter ${name}`),
      ...parameters.flatMap(({ path: where, part }) => {
        const name = String(part.name);
        const value = (part.in === 'path' ? params : query)[name];
        if (value === undefined) return part.required === true ? [`${name} is missing`] : [];
        const schema = [...where, 'schema'];
        const values = RANGE_PARAMETERS.includes(name) ? [] : readValues(value);
        const errors = values.map((value) => validate(schema, value, name));
        return errors.some((found) => found.length === 0) ? [] : (errors[0] ?? []);
      }),
    ];
  };

  const bodyErrors = (operation: string, body: unknown) => {
    const path = [...toPath(operation), 'requestBody'];
    if (at(description, path) === undefined)
      return body === undefined ? [] : ['the operation has no request body'];
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
        return COMMON_STATUSES.includes(status) ? [] : [`the status ${status} is not described`];
      }
      const { path: where, part } = resolvePart(path);
      if (part.content !== undefined) {
        return validate([...where, ...JSON_SCHEMA], body, `response ${status}`);
      }
      // The description often omits the body of errors, but they have a message.
      return body === undefined || status >= 400
        ? []
        : [`the response ${status} must not have a body`];
    },
    complete: (schema, given) => {
      const resolve = (reference: string) => resolvePart(reference.split('/').slice(1)).part;
      const filled = createExample({ $ref: `#/components/schemas/${schema}` }, resolve);
      return { ...(isObject(filled) ? filled : {}), ...given };
    },
  };
}

const JSON_SCHEMA = ['content', 'application/json', 'schema'];

function toPath(operation: string): readonly string[] {
  const [method = '', path = ''] = operation.split(' ');
  return ['paths', path, method.toLowerCase()];
}

/** Returns the possible values of a text in a URL. */
function readValues(text: string): readonly unknown[] {
  if (/^-?\d+$/.test(text)) return [Number(text), text];
  return text === 'true' || text === 'false' ? [text === 'true', text] : [text];
}

function createValidator(description: JsonObject) {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  // GitHub's description uses "" as the default of some URLs.
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

/** Finds unknown properties: GitHub ignores them, but sending one is an error. */
function findUnknownProperties(schema: JsonObject, body: unknown): readonly string[] {
  const properties: Json = schema.properties ?? null;
  if (!isObject(properties) || schema.additionalProperties !== undefined) return [];
  return Object.keys(Object(body))
    .filter((name) => !(name in properties))
    .map((name) => `body has no property ${name}`);
}
