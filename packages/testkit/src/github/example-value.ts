import { isObject, type Json, type JsonObject } from './extract-operations.ts';

const STRINGS: Readonly<Record<string, string>> = {
  uri: 'https://github.test/',
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  email: 'nobody@github.test',
};

/**
 * The plainest value that a schema takes.
 *
 * @param resolve what is at a reference (`#/components/schemas/issue`)
 */
export function fill(schema: Json, resolve: (reference: string) => Json): Json {
  if (!isObject(schema)) return null;
  if (typeof schema.$ref === 'string') return fill(resolve(schema.$ref), resolve);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const hasNull = choices.some((one) => isObject(one) && one.type === 'null');
    return hasNull ? null : fill(choices[0] ?? {}, resolve);
  }
  if (Array.isArray(schema.allOf)) return fill(schema.allOf[0] ?? {}, resolve);
  const types = [schema.type ?? 'object'].flat();
  if (types.includes('null')) return null;
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  switch (types[0]) {
    case 'string':
      return STRINGS[String(schema.format)] ?? '';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    default:
      return fillObject(schema, resolve);
  }
}

function fillObject(
  { required, properties = {} }: JsonObject,
  resolve: (ref: string) => Json,
): Json {
  if (!Array.isArray(required) || !isObject(properties)) return {};
  return Object.fromEntries(
    required.map((name) => [String(name), fill(properties[String(name)] ?? {}, resolve)]),
  );
}
