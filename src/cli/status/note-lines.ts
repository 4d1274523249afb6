import type { TenantStatus } from '../../operator/status.ts';
import { namesText } from '../runs/grouped-errors.ts';
import { numberText } from '../terminal/format.ts';
import type { TenantRow } from './tenant-row.ts';

const LINES_SHOWN_MAX = 10;

/** What the latest run of each tenant could not read, although nothing failed. */
export function noteLines(rows: readonly TenantRow[], shown: 'all' | 'few'): string[] {
  const lines = allLines(rows);
  if (shown === 'all' || lines.length <= LINES_SHOWN_MAX) return lines;
  const more = lines.length - LINES_SHOWN_MAX + 1;
  return [...lines.slice(0, -more), `and ${numberText(more)} more; --verbose lists them`];
}

function allLines(rows: readonly TenantRow[]): string[] {
  const notes = rows.flatMap(({ status }) =>
    status === undefined ? [] : notesOf(status).map((note) => ({ tenant: status.tenant, note })),
  );
  const groups = Map.groupBy(notes, ({ note }) => note);
  return [...groups].map(
    ([note, same]) => `${namesText(same.map(({ tenant }) => tenant))}: ${note}`,
  );
}

function notesOf({ runs }: TenantStatus): readonly string[] {
  return runs.find(({ report }) => report !== undefined)?.report?.notes ?? [];
}
