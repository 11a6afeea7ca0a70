/** The contexts of expressions, by lower-case name: `github`, `job`, `runner`, … */
export type Contexts = Readonly<Record<string, unknown>>;

/** The status for `success()`, `failure()` and `cancelled()`. */
export type JobStatus = 'success' | 'failure' | 'cancelled';

const PATH = /^([a-z_][\w-]*)((?:\.[a-z_][\w-]*)+)$/i;

/**
 * Replaces every `${{ … }}` of an input default. Supports only property paths (`github.token`,
 * `runner.temp`, `env.X`, `github.event.number`).
 *
 * Throws for an unknown property of a context, because it is a typing error, although GitHub
 * evaluates it to an empty string. Properties of `github.event`, `env` and `matrix` depend on the
 * run and evaluate to an empty string.
 */
export function evaluateTemplate(template: string, contexts: Contexts): string {
  return template.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluatePath(expression.trim(), contexts),
  );
}

function evaluatePath(expression: string, contexts: Contexts): string {
  const match = PATH.exec(expression);
  const root = match?.[1]?.toLowerCase();
  if (root === undefined || !Object.hasOwn(contexts, root)) {
    throw new Error(
      `Unknown expression \${{ ${expression} }}: use properties of ${Object.keys(contexts).join(', ')}`,
    );
  }
  const path = (match?.[2] ?? '').slice(1).split('.');
  const mayBeAbsent = root === 'env' || root === 'matrix' || path[0]?.toLowerCase() === 'event';
  let value: unknown = contexts[root];
  for (const name of path) value = readProperty(value, name);
  if (value === undefined && !mayBeAbsent) {
    throw new Error(
      `Unknown expression \${{ ${expression} }}: ${root} does not have this property`,
    );
  }
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? 'Object' : String(value);
}

/** Reads a property, ignoring case like GitHub. */
function readProperty(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1];
}

const STATUS_FUNCTIONS: Readonly<Record<string, (status: JobStatus) => boolean>> = {
  always: () => true,
  success: (status) => status === 'success',
  failure: (status) => status === 'failure',
  cancelled: (status) => status === 'cancelled',
};

/** Evaluates a `post-if`: status functions, optionally with `!`, joined by `||`. */
export function evaluateCondition(condition: string, status: JobStatus): boolean {
  const bare = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  return bare.split('||').some((term) => {
    const match = /^\s*(!?)\s*(\w+)\(\)\s*$/.exec(term);
    const judge = STATUS_FUNCTIONS[match?.[2]?.toLowerCase() ?? ''];
    if (judge === undefined) throw new Error(`Unknown condition "${condition}"`);
    return judge(status) !== (match?.[1] === '!');
  });
}
