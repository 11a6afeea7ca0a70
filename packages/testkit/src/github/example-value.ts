import { isObject, type Json, type JsonObject } from './extract-operations.ts';

const STRINGS: Readonly<Record<string, string>> = {
  uri: 'https://github.test/',
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  email: 'user@github.test',
};

/**
 * Creates a simple valid value of a schema.
 *
 * @param resolve returns the schema of a reference (`#/components/schemas/issue`)
 */
export function createExample(schema: Json, resolve: (reference: string) => Json): Json {
  if (!isObject(schema)) return null;
  if (typeof schema.$ref === 'string') return createExample(resolve(schema.$ref), resolve);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const hasNull = choices.some((one) => isObject(one) && one.type === 'null');
    return hasNull ? null : createExample(choices[0] ?? {}, resolve);
  }
  if (Array.isArray(schema.allOf)) return createExample(schema.allOf[0] ?? {}, resolve);
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
      return createExampleObject(schema, resolve);
  }
}

function createExampleObject(
  { required, properties = {} }: JsonObject,
  resolve: (ref: string) => Json,
): Json {
  if (!Array.isArray(required) || !isObject(properties)) return {};
  return Object.fromEntries(
    required.map((name) => [String(name), createExample(properties[String(name)] ?? {}, resolve)]),
  );
}
