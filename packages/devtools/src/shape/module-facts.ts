import { type CallExpression, type Expression, parseSync, Visitor } from 'oxc-parser';

/** What the shape check reads from one TypeScript module. */
export interface ModuleFacts {
  readonly lines: number;
  readonly imports: readonly ModuleImport[];
  /** Names of the exported interfaces, type aliases and classes. */
  readonly exportedTypes: readonly string[];
  /** Calls of imported functions, in the order in which they end. */
  readonly calls: readonly ImportedCall[];
}

export interface ModuleImport {
  /** As written: `./survey.ts`, `@repo/core/process/clock`. */
  readonly specifier: string;
  readonly isDynamic: boolean;
}

export interface ImportedCall {
  /** The specifier from which the function is imported. */
  readonly specifier: string;
  readonly name: string;
}

/** Throws an Error for a file that is not valid TypeScript. */
export function readModule(file: string, source: string): ModuleFacts {
  const { program, module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const origins = new Map<string, string>();
  const imports: ModuleImport[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    imports.push({ specifier: moduleRequest.value, isDynamic: false });
    for (const { localName } of entries) origins.set(localName.value, moduleRequest.value);
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest) imports.push({ specifier: moduleRequest.value, isDynamic: false });
    }
  }
  const exportedTypes: string[] = [];
  const calls: (ImportedCall & { readonly end: number })[] = [];
  new Visitor({
    ImportExpression: ({ source: from }) => {
      if (from.type === 'Literal' && typeof from.value === 'string') {
        imports.push({ specifier: from.value, isDynamic: true });
      }
    },
    ExportNamedDeclaration: ({ declaration }) => {
      if (
        declaration?.type === 'TSInterfaceDeclaration' ||
        declaration?.type === 'TSTypeAliasDeclaration' ||
        declaration?.type === 'ClassDeclaration'
      ) {
        if (declaration.id) exportedTypes.push(declaration.id.name);
      }
    },
    CallExpression: (call) => {
      const imported = importedCall(call, origins);
      if (imported) calls.push({ ...imported, end: call.end });
    },
  }).visit(program);
  return {
    lines: source.trimEnd().split('\n').length,
    imports,
    exportedTypes,
    calls: calls.toSorted((one, other) => one.end - other.end),
  };
}

/** `survey(…)` with an import of it, or `(await import('./survey.ts')).survey(…)`. */
function importedCall(
  { callee }: CallExpression,
  origins: ReadonlyMap<string, string>,
): ImportedCall | undefined {
  if (callee.type === 'Identifier') {
    const specifier = origins.get(callee.name);
    return specifier === undefined ? undefined : { specifier, name: callee.name };
  }
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  const specifier = awaitedImport(callee.object);
  return specifier === undefined ? undefined : { specifier, name: callee.property.name };
}

function awaitedImport(given: Expression): string | undefined {
  if (given.type === 'ParenthesizedExpression') return awaitedImport(given.expression);
  if (given.type !== 'AwaitExpression' || given.argument.type !== 'ImportExpression') {
    return undefined;
  }
  const { source } = given.argument;
  return source.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
}
