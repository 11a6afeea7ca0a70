import type { parse } from '@bufbuild/cel';

/** A node of CEL's syntax tree. */
export type Expr = ReturnType<typeof parse>['expr'];

/** The type names of CEL. */
export const TYPES = new Set(
  'bool bytes double duration dyn int list map null_type string timestamp type uint google'.split(
    ' ',
  ),
);

/** The variables of an expression, except those that its macros bind. */
export function freeNames(expression: Expr): string[] {
  const { exprKind } = expression;
  if (exprKind.case === 'identExpr') return [exprKind.value.name.replace(/^\./, '')];
  if (exprKind.case !== 'comprehensionExpr') return children(expression).flatMap(freeNames);
  const { accuVar, iterVar, iterVar2, iterRange } = exprKind.value;
  return children(expression).flatMap((child) => {
    const names = freeNames(child);
    // The range of a macro is evaluated outside of its scope.
    if (child === iterRange) return names;
    return names.filter((name) => ![accuVar, iterVar, iterVar2].includes(name));
  });
}

/** The outermost paths such as `a.b['c']`. Their values are shown if the expression is false. */
export function accessPaths(expression: Expr): Expr[] {
  const { exprKind } = expression;
  if (exprKind.case === 'comprehensionExpr') {
    return exprKind.value.iterRange ? accessPaths(exprKind.value.iterRange) : [];
  }
  return isPath(expression) ? [expression] : children(expression).flatMap(accessPaths);
}

function isPath({ exprKind }: Expr): boolean {
  switch (exprKind.case) {
    case 'identExpr':
      return !TYPES.has(exprKind.value.name);
    case 'selectExpr':
      return (
        !exprKind.value.testOnly &&
        exprKind.value.operand !== undefined &&
        isPath(exprKind.value.operand)
      );
    case 'callExpr': {
      const [target, index] = exprKind.value.args;
      return (
        exprKind.value.function === '_[_]' &&
        target !== undefined &&
        isPath(target) &&
        index?.exprKind.case === 'constExpr'
      );
    }
    default:
      return false;
  }
}

export function* walk(expression: Expr): Generator<Expr> {
  yield expression;
  for (const child of children(expression)) yield* walk(child);
}

function children({ exprKind }: Expr): Expr[] {
  const all = (): (Expr | undefined)[] => {
    switch (exprKind.case) {
      case 'selectExpr':
        return [exprKind.value.operand];
      case 'callExpr':
        return [exprKind.value.target, ...exprKind.value.args];
      case 'listExpr':
        return exprKind.value.elements;
      case 'structExpr':
        return exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === 'mapKey' ? keyKind.value : undefined,
          value,
        ]);
      case 'comprehensionExpr': {
        const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
        return [iterRange, accuInit, loopCondition, loopStep, result];
      }
      default:
        return [];
    }
  };
  return all().filter((child) => child !== undefined);
}
