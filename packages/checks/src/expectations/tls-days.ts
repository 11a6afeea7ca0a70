import { integer } from '@repo/core/inputs/integer';
import type { SyncParser } from '@repo/core/inputs/parser';
import { pluralize } from '@repo/core/text/pluralize';
import { type Expectation, MET } from './expectation.ts';

/** The certificate is valid for at least this number of days. */
export function minTlsDays(): SyncParser<Expectation> {
  const count = integer({ min: 0, max: 36_500 });
  return {
    parse: (given) => {
      const days = count.parse(given);
      return {
        source: `tls.daysLeft >= ${days}`,
        reads: ['tls'],
        judge: ({ tls }) => {
          const left = (tls as { daysLeft: number } | undefined)?.daysLeft;
          if (left === undefined) return { met: false, found: 'the target has no certificate' };
          return left >= days
            ? MET
            : {
                met: false,
                found: `the certificate ${formatExpiry(left)}, expected at least ${days}`,
              };
        },
      };
    },
  };
}

function formatExpiry(left: number): string {
  const days = pluralize(Math.abs(left), 'day');
  return left < 0 ? `expired ${days} ago` : `expires in ${days}`;
}
