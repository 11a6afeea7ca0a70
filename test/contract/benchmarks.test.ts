import { expect, test } from 'vitest';
import { updateSection } from '../bench/document.ts';

const table = (figure: string) => ({ columns: ['What', 'Figure'], rows: [['action', figure]] });
const START = { title: 'Cold start', method: 'Medians of 20.' };
const put = (document: string, name: string, figure: string, where: string) =>
  updateSection(document, name, START, table(figure), where);

test('replaces only the section of the benchmark', () => {
  const both = put(put('# Benchmarks\n', 'start', '25 ms', 'on a'), 'http', '5 ms', 'on a');
  const again = put(both, 'start', '24 ms', 'on b');
  expect(again).toBe(`# Benchmarks

<!-- start:start -->

## Cold start

Medians of 20.

| What | Figure |
| --- | --- |
| action | 24 ms |

\`npx --yes pnpm@12.21.0 bench start\`, on b

<!-- start:end -->

<!-- http:start -->

## Cold start

Medians of 20.

| What | Figure |
| --- | --- |
| action | 5 ms |

\`npx --yes pnpm@12.21.0 bench http\`, on a

<!-- http:end -->
`);
  expect(put(again, 'start', '24 ms', 'on b')).toBe(again);
});

test('rejects a section without an end marker', () => {
  expect(() => put('<!-- start:start -->', 'start', '1 ms', 'here')).toThrow('start:end');
});
