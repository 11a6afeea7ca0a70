import { posix } from 'node:path';
import { type ModuleFacts, readModule } from './module-facts.ts';

/** TypeScript sources by their paths in the repository. */
export type Sources = ReadonlyMap<string, string>;

const FILES = [
  'main.ts',
  'inputs.ts',
  'input-parsers.ts',
  'run.ts',
  'context.ts',
  'verdict.ts',
  'report/report.ts',
];
const PHASES = ['./survey.ts', './plan.ts', './act.ts', './verdict.ts', './report/report.ts'];
const ROLLBACK_STEPS = [
  'lock',
  'precheck',
  'resolve',
  'preflight',
  'safety-snapshot',
  'apply',
  'verify',
  'record',
  'freeze',
].map((step) => `./rollback/${step}.ts`);

const MAX_RUN_LINES = 100;
/** A file of at most this many lines belongs to its importer if it has only one. */
const MAX_FRAGMENT_LINES = 30;
const MIN_REGISTRY_MEMBERS = 4;
const EMPTY_NAME = /\/(?:utils?|helpers?|common|misc|shared|managers?)(?:\.ts$|\/)/;
const MISPLACED_FIXTURE = /\.fixture\.ts$|\/fixtures\/[^/]+\.ts$/;

/** Checks the documented shape of each action, and what holds for the packages as well. */
export function checkShape(sources: Sources): readonly string[] {
  const modules = new Map([...sources].map(([file, text]) => [file, readModule(file, text)]));
  const actions = new Set(
    [...sources.keys()].flatMap((file) => /^actions\/[^/]+(?=\/src\/)/.exec(file) ?? []),
  );
  return [
    ...[...actions].flatMap((action) => checkAction(action, modules)),
    ...checkFiles(modules),
  ];
}

type Modules = ReadonlyMap<string, ModuleFacts>;

function checkAction(action: string, modules: Modules): readonly string[] {
  const isRollback = action === 'actions/deploy-rollback';
  const steps = isRollback ? ROLLBACK_STEPS : PHASES;
  const required = [...FILES, ...steps.map((step) => step.slice(2))];
  const missing = [...new Set(required)].filter((file) => !modules.has(`${action}/src/${file}`));
  const hasTesting = [...modules.keys()].some((file) => file.startsWith(`${action}/src/testing/`));
  if (!hasTesting) missing.push('testing/');
  return [
    ...missing.map((file) => `${action}: src/${file} is missing (see docs/architecture.md)`),
    ...checkRun(`${action}/src/run.ts`, modules, steps, { ordered: !isRollback }),
    ...checkTypeNames(action, modules),
  ];
}

/** `run.ts` fits on a screen and calls each phase, in the order of the phases. */
function checkRun(
  path: string,
  modules: Modules,
  steps: readonly string[],
  { ordered }: { readonly ordered: boolean },
): readonly string[] {
  const run = modules.get(path);
  if (run === undefined) return [];
  const problems: string[] = [];
  if (run.lines > MAX_RUN_LINES) {
    problems.push(`${path}: ${run.lines} lines, more than ${MAX_RUN_LINES}`);
  }
  const first = steps.map((step) => run.calls.findIndex(({ specifier }) => specifier === step));
  steps.forEach((step, index) => {
    if (first[index] === -1) problems.push(`${path}: calls nothing from ${step}`);
  });
  const called = first.filter((at) => at >= 0);
  const isSorted = called.every((at, index) => index === 0 || at > (called[index - 1] ?? 0));
  if (ordered && !isSorted) {
    const order = steps.map((step) => posix.basename(step, '.ts')).join(', ');
    problems.push(`${path}: calls the phases in another order than ${order}`);
  }
  return problems;
}

function checkTypeNames(action: string, modules: Modules): readonly string[] {
  const files = new Map<string, string[]>();
  for (const [file, { exportedTypes }] of modules) {
    if (!file.startsWith(`${action}/src/`)) continue;
    for (const name of exportedTypes) files.set(name, [...(files.get(name) ?? []), file]);
  }
  return [...files].flatMap(([name, places]) =>
    places.length > 1 ? [`${action}: the type ${name} is exported by ${places.join(' and ')}`] : [],
  );
}

function checkFiles(modules: Modules): readonly string[] {
  const importers = findImporters(modules);
  return [...modules].flatMap(([file, { lines }]) => {
    if (!/^(?:actions|packages)\//.test(file)) return [];
    if (EMPTY_NAME.test(file)) return [`${file}: the name does not tell what is in it`];
    if (MISPLACED_FIXTURE.test(file)) return [`${file}: fixtures in TypeScript belong in testing/`];
    const importer = soleImporter(file, importers.get(file) ?? [], modules);
    return importer !== undefined && lines <= MAX_FRAGMENT_LINES
      ? [`${file}: ${lines} lines, imported only by ${importer}; merge it into that file`]
      : [];
  });
}

interface Importer {
  readonly file: string;
  readonly isDynamic: boolean;
}

/**
 * The only importer, in the same package. A file that is loaded lazily, is a member of a registry, or
 * that the shape asks for, stands alone.
 */
function soleImporter(
  file: string,
  importers: readonly Importer[],
  modules: Modules,
): string | undefined {
  const [only, ...others] = importers;
  if (only === undefined || others.length > 0 || only.isDynamic) return undefined;
  if (file.split('/src/')[0] !== only.file.split('/src/')[0]) return undefined;
  const isRequired = [...FILES, ...PHASES, ...ROLLBACK_STEPS].some((name) =>
    file.endsWith(`/src/${name.replace(/^\.\//, '')}`),
  );
  const isAlone =
    isRequired ||
    file.includes('/testing/') ||
    posix.basename(file) === 'registry.ts' ||
    isRegistryOf(posix.dirname(file), only.file, modules);
  return isAlone ? undefined : only.file;
}

/** Whether a module outside of a folder imports several of its files: it is their registry. */
function isRegistryOf(folder: string, importer: string, modules: Modules): boolean {
  if (posix.basename(importer) === 'registry.ts') return true;
  if (posix.dirname(importer) === folder) return false;
  const members = (modules.get(importer)?.imports ?? []).filter(({ specifier }) => {
    const target = resolveImport(importer, specifier);
    return target !== undefined && posix.dirname(target) === folder;
  });
  return members.length >= MIN_REGISTRY_MEMBERS;
}

/** The importers of each file. Unit tests of the same package do not count. */
function findImporters(modules: Modules): ReadonlyMap<string, readonly Importer[]> {
  const importers = new Map<string, Importer[]>();
  for (const [file, { imports }] of modules) {
    for (const { specifier, isDynamic } of imports) {
      const target = resolveImport(file, specifier);
      if (target === undefined || isTestOf(file, target)) continue;
      const known = importers.get(target) ?? [];
      if (!known.some((one) => one.file === file)) known.push({ file, isDynamic });
      importers.set(target, known);
    }
  }
  return importers;
}

function resolveImport(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  const [, name, path] = /^@repo\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  return name === undefined ? undefined : `packages/${name}/src/${path}.ts`;
}

function isTestOf(file: string, target: string): boolean {
  return file.endsWith('.test.ts') && file.split('/src/')[0] === target.split('/src/')[0];
}
