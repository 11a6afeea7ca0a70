import { formatSize } from '@repo/core/inputs/size';
import { code, details, type Markdown, md, table } from '@repo/core/summary/markdown';
import { type AuditEntry, OUTCOMES } from './audit.ts';

/** The selected objects, grouped by outcome. */
export function formatEntries(entries: readonly AuditEntry[]): readonly Markdown[] {
  const selected = OUTCOMES.filter((outcome) => outcome !== 'unselected').flatMap((outcome) =>
    entries.filter((entry) => entry.outcome === outcome),
  );
  if (selected.length === 0) return [];
  return [
    table(
      [
        { title: 'Outcome' },
        { title: 'Kind' },
        { title: 'Object' },
        { title: 'Reason' },
        { title: 'Size', align: 'right' },
      ],
      selected.map(({ outcome, kind, name, reason, bytes }) => [
        md`${outcome}`,
        md`${kind}`,
        code(name),
        md`${reason}`,
        md`${bytes > 0 ? formatSize(bytes) : ''}`,
      ]),
    ),
  ];
}

/** Unselected objects are listed too: an audit shows what was left untouched. */
export function formatUnselected(entries: readonly AuditEntry[]): readonly Markdown[] {
  const unselected = entries.filter(({ outcome }) => outcome === 'unselected');
  if (unselected.length === 0) return [];
  return [
    details(md`${unselected.length} not selected`, [
      table(
        [{ title: 'Kind' }, { title: 'Object' }],
        unselected.map(({ kind, name }) => [md`${kind}`, code(name)]),
      ),
    ]),
  ];
}
