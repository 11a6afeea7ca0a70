import type { InputProblem } from '@repo/core/errors/input-error';
import type { Check } from './check.ts';

type Needy = Pick<Check, 'name' | 'needs'>;

/** What is wrong with the order between checks: names that no check has, circles. */
export function needsProblems(checks: readonly Needy[]): readonly InputProblem[] {
  const byName = new Map(checks.map((check) => [check.name, check]));
  const unknown = checks.flatMap(({ name, needs }) =>
    needs
      .filter((need) => !byName.has(need))
      .map((need) => ({
        where: 'checks',
        given: need,
        problem: `is needed by ${name}, but no check has that name`,
        remedy: 'Write the name of another check.',
      })),
  );
  const circle = firstCircle(checks, byName);
  if (circle === undefined) return unknown;
  return [
    ...unknown,
    {
      where: 'checks',
      problem: `need each other in a circle: ${circle.join(' → ')}`,
      remedy: 'Take one of these needs away.',
    },
  ];
}

/** Depth first, without recursion: a chain may be as long as a configuration. */
function firstCircle(
  checks: readonly Needy[],
  byName: ReadonlyMap<string, Needy>,
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
