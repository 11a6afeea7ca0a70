import type { Collector } from './collector.ts';
import { anyOf, jsonFormat, textFormat } from './format.ts';
import { splitLines } from './text/lines.ts';
import { xmlElements } from './xml.ts';

/** The total in `coverage-summary.json` of Istanbul, nyc, c8, Jest and Vitest. */
const istanbul = jsonFormat(
  (root) => (root.get('total', 'lines', 'pct').value !== undefined ? 0.95 : 0),
  (root, into) => {
    for (const [metric, node] of root.get('total').entries) {
      // Without any items `pct` is the text Unknown.
      if (node.get('total').value !== 0) add(into, metric, node.get('pct').value, node);
    }
  },
);

/** `coverage json` of coverage.py. */
const coveragePy = jsonFormat(
  (root) => (root.get('totals', 'percent_covered').value !== undefined ? 0.95 : 0),
  (root, into) => {
    const totals = root.get('totals');
    const kinds = [
      ['total', 'percent_covered'],
      ['statements', 'percent_statements_covered'],
      ['branches', 'percent_branches_covered'],
    ] as const;
    for (const [metric, key] of kinds) {
      const node = totals.get(key);
      if (node.value !== undefined) add(into, metric, node.value, node);
    }
  },
);

/** Cobertura XML, which coverage.py, gcovr, Coverlet and other tools write. */
const cobertura = textFormat(
  (head) => (/<coverage\s[^<>]*\bline-rate=/.test(head) ? 0.95 : 0),
  (text, into, file) => {
    for (const { attributes, ancestors, line } of xmlElements(text, file, 'coverage')) {
      if (ancestors.length > 0) continue;
      for (const [metric, kind] of [
        ['lines', 'line'],
        ['branches', 'branch'],
      ] as const) {
        const rate = attributes[`${kind}-rate`];
        if (rate === undefined || attributes[`${metric}-valid`] === '0') continue;
        add(into, metric, rate === '' ? null : Number(rate) * 100, { line });
      }
    }
  },
);

/** The counters of lcov: found and hit. */
const LCOV = [
  ['lines', 'LF:', 'LH:'],
  ['functions', 'FNF:', 'FNH:'],
  ['branches', 'BRF:', 'BRH:'],
] as const;

const lcov = textFormat(
  (head) => (/^SF:/m.test(head) && /^(?:DA|LF|end_of_record)/m.test(head) ? 0.9 : 0),
  (text, into) => {
    const sums = new Map<string, number>();
    for (const { text: line } of splitLines(text)) {
      const key = /^(?:LF|LH|FNF|FNH|BRF|BRH):/.exec(line)?.[0];
      if (key) sums.set(key, (sums.get(key) ?? 0) + Number(line.slice(key.length)));
    }
    for (const [metric, found, hit] of LCOV) {
      const all = sums.get(found) ?? 0;
      if (all !== 0) add(into, metric, ((sums.get(hit) ?? 0) / all) * 100);
    }
  },
);

/** `go tool cover -func`. */
const goCover = textFormat(
  (head) => (/^total:\s+\(statements\)\s+[\d.]+%/m.test(head) ? 0.9 : 0),
  (text, into) => {
    for (const { text: line, number } of splitLines(text)) {
      const share = /^total:\s+\(statements\)\s+([\d.]+)%/.exec(line)?.[1];
      if (share !== undefined) add(into, 'statements', Number(share), { line: number });
    }
  },
);

/** Code coverage in percent. */
export const coverage = anyOf(istanbul, coveragePy, cobertura, lcov, goCover);

function add(
  into: Collector,
  metric: string,
  value: unknown,
  at?: { readonly line: number | undefined },
): void {
  const own = { benchmark: 'coverage', metric, unit: '%', better: 'higher', exact: true } as const;
  into.add({ ...own, value, ...(at === undefined ? {} : { at }) });
}
