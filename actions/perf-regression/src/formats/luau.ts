import { textFormat } from './format.ts';
import { splitLines } from './text/lines.ts';

const TABLE = /^Test +\| Min +\| Average +\|/m;
const CELL = /^([\d.]+)([a-zµ]+)$/;

/** The table of Luau's benchmark script; `Total` is the sum of the other rows. */
export const luau = textFormat(
  (head) => (TABLE.test(head) ? 0.95 : 0),
  (text, into) => {
    let inTable = false;
    for (const { text: line, number } of splitLines(text)) {
      inTable ||= TABLE.test(line);
      const [test = '', , average] = inTable ? line.split('|').map((cell) => cell.trim()) : [];
      const [, value, unit] = CELL.exec(average ?? '') ?? [];
      if (value === undefined || unit === undefined || test === 'Total') continue;
      into.add({ benchmark: test, metric: 'time', unit, value, exact: false, line: number });
    }
  },
);
