import {
  type GenericIssue,
  type GenericSchema,
  type InferOutput,
  type SafeParseResult,
  safeParse,
} from 'valibot';
import { InputError, type InputProblem } from '../errors/input-error.ts';
import { jsonData } from './json-data.ts';
import { pathToNul } from './nul.ts';
import { isUnknownKey, keysTo, meantIssues, ownerOf, problemOf } from './schema-issue.ts';

/** Longest configuration that is read, in characters. */
const LONGEST = 1_000_000;
/** How often a schema is asked again for further unknown keys. */
const MOST_ROUNDS = 50;

/**
 * Reads a configuration, YAML or JSON (which YAML 1.2 contains), against a schema. Throws one
 * {@link InputError} with every mistake, unknown keys included, each as `source:line:column`.
 * Import this module lazily: it brings the schema library along, and YAML for what is not good JSON.
 *
 * Messages of the schema are the remedy, or two lines: what is wrong, and the remedy.
 *
 * @param source where the text came from: an input's name or a file's path
 * @param schema what is allowed; a function where that depends on what is written
 */
export async function parseConfig<const S extends GenericSchema>(
  text: string,
  source: string,
  schema: S | ((data: unknown) => Promise<S>),
): Promise<InferOutput<S>> {
  if (text.length > LONGEST) {
    const problem = 'is longer than a million characters';
    throw new InputError([{ where: source, problem, remedy: 'Split it up.' }]);
  }
  const schemaFor = async (data: unknown) => (typeof schema === 'function' ? schema(data) : schema);
  // JSON is read in a tenth of the time; where its mistakes are, only the other way tells.
  const json = jsonData(text);
  if (json && pathToNul(json.data) === undefined) {
    const answer = safeParse(await schemaFor(json.data), json.data);
    if (answer.success) return answer.output;
  }
  const { readYaml } = await import('./yaml-document.ts');
  const { data, placeOf } = readYaml(text, source);
  const nul = pathToNul(data);
  if (nul !== undefined) {
    const problem = `${nul.join('.') || 'a key'} has a NUL character in it`;
    throw new InputError([{ where: placeOf(nul).where, problem, remedy: 'Take it out.' }]);
  }
  const asked = await schemaFor(data);
  const answer = ask(() => safeParse(asked, data));
  if (answer.success) return answer.output;

  const problems = answer.issues
    .map((issue) => ({ issue, place: placeOf(keysTo(issue)) }))
    .sort((one, other) => one.place.offset - other.place.offset)
    .map(({ issue, place }): InputProblem => problemOf(issue, place.where));
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
 * All that a schema has to say. It names only the first unknown key of an object: so those that it
 * named are taken out of the data, and it is asked again.
 */
function ask<S extends GenericSchema>(parse: () => SafeParseResult<S>): Answer<S> {
  const unknown: GenericIssue[] = [];
  for (let round = 1; ; round++) {
    const result = parse();
    if (result.success && unknown.length === 0) return { success: true, output: result.output };
    const issues = (result.issues ?? []).flatMap(meantIssues);
    const found = issues.filter(isUnknownKey);
    if (found.length === 0 || round === MOST_ROUNDS) {
      return { success: false, issues: [...unknown, ...issues] };
    }
    unknown.push(...found);
    for (const issue of found) delete ownerOf(issue)?.[String(issue.input)];
  }
}
