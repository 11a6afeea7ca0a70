import {
  type GenericIssue,
  type GenericSchema,
  type InferOutput,
  type SafeParseResult,
  safeParse,
} from 'valibot';
import { InputError, type InputProblem } from '../errors/input-error.ts';
import { jsonData } from './json-data.ts';
import { getOwner, isUnknownKey, keysTo, meantIssues, toProblem } from './schema-issue.ts';

/** In characters. */
const MAX_LENGTH = 1_000_000;
/** How often the validation is repeated to find more unknown keys. */
const MAX_ROUNDS = 50;

/**
 * Parses a configuration, YAML or JSON, and validates it. Throws one {@link InputError} with all
 * problems, unknown keys included, each as `source:line:column`. Import this module lazily: it loads the
 * schema library, and the YAML library for text that is not valid JSON.
 *
 * A message of the schema is the remedy, or two lines: the problem and the remedy.
 *
 * @param source the name of an input or the path of a file
 * @param schema a schema, or a function of the data that returns one
 */
export async function parseConfig<const S extends GenericSchema>(
  text: string,
  source: string,
  schema: S | ((data: unknown) => Promise<S>),
): Promise<InferOutput<S>> {
  if (text.length > MAX_LENGTH) {
    const problem = 'is longer than 1,000,000 characters';
    throw new InputError([{ where: source, problem, remedy: 'Split it up.' }]);
  }
  const schemaFor = async (data: unknown) => (typeof schema === 'function' ? schema(data) : schema);
  // Parsing JSON takes a tenth of the time, but only the YAML parser locates problems.
  const json = jsonData(text);
  if (json && pathToNul(json.data) === undefined) {
    const answer = safeParse(await schemaFor(json.data), json.data);
    if (answer.success) return answer.output;
  }
  const { readYaml } = await import('./yaml-document.ts');
  const { data, locate } = readYaml(text, source);
  const nul = pathToNul(data);
  if (nul !== undefined) {
    const problem = `${nul.join('.') || 'a key'} contains a NUL character`;
    throw new InputError([{ where: locate(nul).where, problem, remedy: 'Remove it.' }]);
  }
  const asked = await schemaFor(data);
  const answer = ask(() => safeParse(asked, data));
  if (answer.success) return answer.output;

  const problems = answer.issues
    .map((issue) => ({ issue, place: locate(keysTo(issue)) }))
    .sort((one, other) => one.place.offset - other.place.offset)
    .map(({ issue, place }): InputProblem => toProblem(issue, place.where));
  throw new InputError(
    problems.filter(
      ({ where, problem }, index) =>
        index === problems.findIndex((one) => one.where === where && one.problem === problem),
    ),
  );
}

type Answer<S extends GenericSchema> =
  | { readonly success: true; readonly output: InferOutput<S> }
  | { readonly success: false; readonly issues: readonly GenericIssue[] };

/**
 * All issues of a schema. It reports only the first unknown key of an object, so this removes the
 * reported keys from the data and validates again.
 */
function ask<S extends GenericSchema>(parse: () => SafeParseResult<S>): Answer<S> {
  const unknown: GenericIssue[] = [];
  for (let round = 1; ; round++) {
    const result = parse();
    if (result.success && unknown.length === 0) return { success: true, output: result.output };
    const issues = (result.issues ?? []).flatMap(meantIssues);
    const found = issues.filter(isUnknownKey);
    if (found.length === 0 || round === MAX_ROUNDS) {
      return { success: false, issues: [...unknown, ...issues] };
    }
    unknown.push(...found);
    for (const issue of found) delete getOwner(issue)?.[String(issue.input)];
  }
}

interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly owner: Place | undefined;
}

/**
 * The path of a text or key with a NUL character. Paths, arguments and protocols cannot contain one:
 * the rest would be lost or misread. The data must not be circular; it can be nested deeply.
 */
function pathToNul(data: unknown): readonly string[] | undefined {
  const left: Place[] = [{ value: data, key: '', owner: undefined }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value, key } = place;
    if (key.includes('\0')) return toPath(place.owner);
    if (typeof value === 'string' && value.includes('\0')) return toPath(place);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      left.push({ value: member, key: name, owner: place });
    }
  }
  return undefined;
}

function toPath(place: Place | undefined): readonly string[] {
  const path: string[] = [];
  for (let at = place; at?.owner !== undefined; at = at.owner) path.push(at.key);
  return path.reverse();
}
