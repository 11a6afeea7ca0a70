import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import { percentage } from '@repo/core/inputs/percentage';

/** Fractions of the daemon's disk: nothing is removed below `above`, and no more below `until`. */
export interface DiskThreshold {
  readonly above: number;
  readonly until: number;
}

/** `85%>80%` */
export function diskThreshold(): SyncParser<DiskThreshold> {
  const remedy = 'Write 85%>80%: begin when the disk is fuller than 85 %, end below 80 %.';
  return {
    parse: (given) => {
      const [high = '', low = '', ...more] = given.split('>').map((part) => part.trim());
      if (high === '' || low === '' || more.length > 0) {
        throw new InvalidValue('is not two percentages with ">" between them', remedy);
      }
      const [above, until] = [high, low].map((part) => percentage().parse(part)) as [
        number,
        number,
      ];
      if (until > above) throw new InvalidValue('ends above where it begins', remedy);
      return { above, until };
    },
  };
}
