import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import { type Expectation, MET } from './expectation.ts';

/** Status codes and ranges: `200-299`, `200,204,301-308`. */
export function expectStatus(): SyncParser<Expectation> {
  return {
    parse: (given) => {
      const ranges = given.split(/[\s,]+/).map(range);
      return {
        source: `status ${given}`,
        reads: ['status'],
        judge: ({ status }) =>
          ranges.some(([low, high]) => Number(status) >= low && Number(status) <= high)
            ? MET
            : { met: false, found: `status ${status}, expected ${given}` },
      };
    },
  };
}

function range(text: string): readonly [number, number] {
  const [, low, high = low] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text) ?? [];
  if (low === undefined || high === undefined || Number(high) < Number(low)) {
    throw new InvalidValue(
      'has an invalid status code',
      'Write codes and ranges from 100 to 599: 200-299 or 200,204.',
    );
  }
  return [Number(low), Number(high)];
}
