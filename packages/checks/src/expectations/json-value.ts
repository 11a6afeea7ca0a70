import { plain } from '@repo/core/text/untrusted';
import { type Expectation, MET } from './expectation.ts';

/**
 * A value in the JSON body, by keys and list indexes with dots between them: `build.tags.0`.
 * The value is compared as text, so that `2` matches both the number and the string.
 */
export function expectJsonValue(path: string, expected: string): Expectation {
  const keys = path.split('.');
  return {
    source: `${path} is ${expected}`,
    reads: ['json'],
    judge: ({ json }) => {
      if (json === undefined) return { met: false, found: 'the body is not JSON' };
      const value = getScalar(json, keys);
      if (value === expected) return MET;
      return {
        met: false,
        found:
          value === undefined
            ? `${path} is not in the body, expected ${expected}`
            : `${path} is ${plain(value, 60)}, expected ${expected}`,
      };
    },
  };
}

/** The scalar as text; `undefined` for a missing value, an object or a list. */
function getScalar(json: unknown, keys: readonly string[]): string | undefined {
  let value = json;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return typeof value === 'object' && value !== null ? undefined : String(value);
}
