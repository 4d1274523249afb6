import type { TenantRow } from '../../operator/tenant-row.ts';
import type { Io } from '../terminal/io.ts';
import { writeFirstFitting } from '../terminal/table.ts';
import { writeHeading, writeParagraph } from '../terminal/write.ts';
import { attentionLines } from './attention-lines.ts';
import { accountLines } from './gong-accounts.ts';
import { summaryLayouts } from './summary-columns.ts';
import { unreadDriveLines } from './unread-drive-lines.ts';

export interface SummaryOptions {
  /** epoch milliseconds */
  readonly now: number;
  /** `few`: if there are many drives or Gong accounts, only some have their own line */
  readonly details: 'all' | 'few';
}

/** One row per tenant, what needs attention or is not read, and the calls left per Gong account. */
export async function printSummary(
  io: Io,
  rows: readonly TenantRow[],
  { now, details }: SummaryOptions,
): Promise<void> {
  await writeFirstFitting(io, { layouts: summaryLayouts(now) }, rows);
  await printSection(io, 'Needs attention', attentionLines(rows));
  await printSection(io, 'Shared drives that are not read', unreadDriveLines(rows, details));
  await printSection(io, 'Gong calls left in 24 hours', accountLines(rows, details));
}

async function printSection(io: Io, title: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await io.out('\n');
  await writeHeading(io, title);
  for (const line of lines) await writeParagraph(io, `  ${line}`);
}
