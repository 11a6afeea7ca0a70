import { textFormat } from './format.ts';
import { linesOf } from './text/lines.ts';

const TABLE = /^Test +\| Min +\| Average +\|/m;
const CELL = /^([\d.]+)([a-zµ]+)$/;

/** The table that Luau's benchmark script prints; its `Total` is the sum of the others. */
export const luau = textFormat(
  (head) => (TABLE.test(head) ? 0.95 : 0),
  (text, into) => {
    let inTable = false;
    for (const { text: line, number } of linesOf(text)) {
      inTable ||= TABLE.test(line);
      const [test = '', , average] = inTable ? line.split('|').map((cell) => cell.trim()) : [];
      const [, value, unit] = CELL.exec(average ?? '') ?? [];
      if (value === undefined || unit === undefined || test === 'Total') continue;
      into.add({ benchmark: test, metric: 'time', unit, value, exact: false, line: number });
    }
  },
);
