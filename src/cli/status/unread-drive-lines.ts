import { countOf } from '../../lib/format.ts';
import type { TenantRow } from '../../operator/tenant-row.ts';

/** drives of a tenant with a line each */
const DRIVES_SHOWN_MAX = 10;

/** One line per shared drive that has no account to read it as, and what to do about them. */
export function unreadDriveLines(rows: readonly TenantRow[], shown: 'all' | 'few'): string[] {
  const max = shown === 'all' ? Number.POSITIVE_INFINITY : DRIVES_SHOWN_MAX;
  const lines = rows.flatMap(({ status }) => {
    if (status === undefined) return [];
    const { tenant, unreadDrives } = status;
    const listed = unreadDrives
      .slice(0, max)
      .map(({ id, name }) => `${tenant}: ${name || 'Untitled'} (${id})`);
    const others = unreadDrives.length - listed.length;
    const rest = `${tenant}: ${countOf(others, 'other drive')}; --verbose lists them`;
    return others > 0 ? [...listed, rest] : listed;
  });
  return lines.length === 0 ? [] : [...lines, HINT];
}

const HINT =
  'Only groups have write access to these drives, and Google does not show who is in a group. The ' +
  'audit log is read; what it misses is not found. Make an active user a contributor or manager ' +
  'of the drive.';
