import type { InputProblem } from '@repo/core/errors/input-error';
import type { Check } from './check.ts';

type Dependent = Pick<Check, 'name' | 'needs'>;

/** Finds unknown names and cycles in `needs`. */
export function findNeedsProblems(checks: readonly Dependent[]): readonly InputProblem[] {
  const byName = new Map(checks.map((check) => [check.name, check]));
  const unknown = checks.flatMap(({ name, needs }) =>
    needs
      .filter((need) => !byName.has(need))
      .map((need) => ({
        where: 'checks',
        given: need,
        problem: `is needed by ${name}, but no check has this name`,
        remedy: 'Write the name of another check.',
      })),
  );
  const cycle = findCycle(checks, byName);
  if (cycle === undefined) return unknown;
  return [
    ...unknown,
    {
      where: 'checks',
      problem: `need each other in a cycle: ${cycle.join(' → ')}`,
      remedy: 'Remove one of these needs.',
    },
  ];
}

/** Depth-first search without recursion, as chains can be long. */
function findCycle(
  checks: readonly Dependent[],
  byName: ReadonlyMap<string, Dependent>,
): readonly string[] | undefined {
  const done = new Set<string>();
  for (const { name } of checks) {
    const path: { name: string; left: string[] }[] = [];
    const onPath = new Set<string>();
    const enter = (next: string) => {
      path.push({ name: next, left: [...(byName.get(next)?.needs ?? [])] });
      onPath.add(next);
    };
    if (!done.has(name)) enter(name);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = at.left.pop();
      if (next === undefined) {
        done.add(at.name);
        onPath.delete(at.name);
        path.pop();
      } else if (onPath.has(next)) {
        const names = path.map((one) => one.name);
        return [...names.slice(names.indexOf(next)), next];
      } else if (!done.has(next)) enter(next);
    }
  }
  return undefined;
}
