/** The API description or a part of it, as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Keys with documentation only. */
const DOCUMENTATION_KEY = /^(description|examples?|externalDocs|tags|summary|title|links|x-.*)$/;

/**
 * Extracts operations of an OpenAPI 3.0 description with all references, as JSON Schema draft 7
 * (converts `nullable`), without documentation.
 *
 * @param operations `GET /repos/{owner}/{repo}`
 */
export function extractOperations(
  description: JsonObject,
  operations: readonly string[],
): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  const components: Record<string, Record<string, Json>> = {};
  const open: string[] = [];
  const take = (part: Json): Json => {
    const cleaned = clean(part);
    open.push(...findReferences(cleaned));
    return cleaned;
  };
  for (const operation of [...operations].sort()) {
    const [method = '', path = ''] = operation.split(' ');
    const found = at(description, ['paths', path, method.toLowerCase()]);
    if (found === undefined) throw new Error(`the description has no operation ${operation}`);
    paths[path] = { ...paths[path], [method.toLowerCase()]: take(found) };
  }
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const [, , section = '', name = ''] = reference.split('/');
    if (components[section]?.[name] !== undefined) continue;
    const found = at(description, ['components', section, name]);
    if (found === undefined) throw new Error(`nothing at ${reference}`);
    components[section] = { ...components[section], [name]: take(found) };
  }
  return { paths, components: sortByName(components) };
}

function clean(part: Json, isNames = false): Json {
  if (Array.isArray(part)) return part.map((one) => clean(one));
  if (!isObject(part)) return part;
  const entries = Object.entries(part)
    .filter(([key]) => isNames || !DOCUMENTATION_KEY.test(key))
    // Keys below `properties` are names, which may include `description`.
    .map(([key, value]) => [key, clean(value, key === 'properties' && !isNames)] as const);
  return isNames ? Object.fromEntries(entries) : resolveNullable(Object.fromEntries(entries));
}

/** Converts `nullable` of OpenAPI 3.0 to a JSON Schema type. */
function resolveNullable({ nullable, ...schema }: JsonObject): JsonObject {
  if (nullable !== true) return schema;
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(schema.enum) &&
      !schema.enum.includes(null) && { enum: [...schema.enum, null] }),
  };
}

function findReferences(part: Json): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(findReferences);
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : findReferences(value),
  );
}

/** Returns the part at a path of the description. */
export function at(part: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)];
    return found !== undefined && isObject(found) ? found[key] : undefined;
  }, part);
}

export function isObject(part: Json): part is JsonObject {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}

function sortByName(components: Record<string, Record<string, Json>>): JsonObject {
  return Object.fromEntries(
    Object.entries(components)
      .sort(byName)
      .map(([section, parts]) => [section, Object.fromEntries(Object.entries(parts).sort(byName))]),
  );
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
