import { duration, formatDuration } from '@repo/core/inputs/duration';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { DurationFact } from '../facts.ts';
import { type Expectation, MET } from './expectation.ts';

/** The attempt takes at most this long. */
export function maxLatency(): SyncParser<Expectation> {
  const limit = duration({ min: 1 });
  return {
    parse: (given) => {
      const ms = limit.parse(given);
      return {
        source: `latency <= ${given}`,
        reads: ['latency'],
        judge: ({ latency }) =>
          (latency as DurationFact).ms <= ms
            ? MET
            : {
                met: false,
                found: `latency ${formatDuration((latency as DurationFact).ms)}, expected at most ${given}`,
              },
      };
    },
  };
}
