import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETUPS, type SetupName } from '@repo/testkit/setups/names';
import { REASONS } from './reasons.ts';

// node test/setups/table.ts: writes the table of docs/setups.md

const root = fileURLToPath(new URL('../..', import.meta.url));
const START = '<!-- setups:start -->';
const END = '<!-- setups:end -->';

/** The tests of an action in a setup. */
interface Cell {
  readonly tests: number;
  readonly defects: number;
  readonly reason: string | undefined;
}

/** Counts the cells in the test files of each action. */
function readCells(): ReadonlyMap<string, ReadonlyMap<SetupName, Cell>> {
  const files = ['test/setups', 'test/windows'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => ({ name, text: readFileSync(join(root, folder, name), 'utf8') })),
  );
  const cells = Object.keys(REASONS).map((action) => {
    const text = files
      .filter(({ name }) => name.startsWith(`${action}.`) || name.startsWith(`${action}-`))
      .map((one) => one.text)
      .join('\n');
    const count = (call: string, setup: string) =>
      [...text.matchAll(new RegExp(`\\b${call}\\(\\s*'${setup}'`, 'g'))].length;
    const row = SETUPS.map((setup): readonly [SetupName, Cell] => [
      setup,
      {
        tests: count('cell', setup),
        defects: count('knownDefect', setup),
        reason: REASONS[action]?.[setup],
      },
    ]);
    return [action, new Map(row)] as const;
  });
  return new Map(cells);
}

/** Returns the table and the list of reasons in Markdown. */
function renderTable(): string {
  const cells = readCells();
  const actions = [...cells.keys()];
  const rows = SETUPS.map((setup) => {
    const columns = actions.map((action) => renderCell(cells.get(action)?.get(setup)));
    return `| \`${setup}\` | ${columns.join(' | ')} |`;
  });
  const reasons = actions.flatMap((action) =>
    SETUPS.flatMap((setup) => {
      const reason = REASONS[action]?.[setup];
      return reason === undefined ? [] : [`- \`${action}\`, \`${setup}\`: ${reason}`];
    }),
  );
  return [
    `| Setup | ${actions.join(' | ')} |`,
    `| --- |${' --- |'.repeat(actions.length)}`,
    ...rows,
    '',
    'Why a cell has no test:',
    '',
    ...reasons,
  ].join('\n');
}

function renderCell(cell: Cell | undefined): string {
  if (cell === undefined || cell.tests + cell.defects === 0) return cell?.reason ? '–' : '';
  return cell.defects === 0 ? `${cell.tests}` : `${cell.tests} (+${cell.defects} known defects)`;
}

/** Returns docs/setups.md with a current table. */
export function renderDocument(): string {
  const text = readFileSync(join(root, 'docs/setups.md'), 'utf8');
  const [before = '', rest = ''] = text.split(START);
  const [, after = ''] = rest.split(END);
  return `${before}${START}\n${renderTable()}\n${END}${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, 'docs/setups.md'), renderDocument());
}
