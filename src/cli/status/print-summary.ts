import type { QueueStatus } from '../../operator/queue-status.ts';
import type { TenantRow } from '../../operator/tenant-row.ts';
import type { Io } from '../terminal/io.ts';
import { writeFirstFitting } from '../terminal/table.ts';
import { writeHeading, writeParagraph } from '../terminal/write.ts';
import { attentionLines } from './attention-lines.ts';
import { accountLines } from './gong-accounts.ts';
import { summaryLayouts } from './summary-columns.ts';
import { unreadDriveLines } from './unread-drive-lines.ts';
import { queueAttentionLines, workerLines } from './worker-lines.ts';

export interface SummaryOptions {
  /** epoch milliseconds */
  readonly now: number;
  readonly queue: QueueStatus;
  /** `few`: if there are many drives or Gong accounts, only some have their own line */
  readonly details: 'all' | 'few';
}

/** One row per tenant, what needs attention or is not read, and the calls left per Gong account. */
export async function printSummary(
  io: Io,
  rows: readonly TenantRow[],
  { now, queue, details }: SummaryOptions,
): Promise<void> {
  await writeFirstFitting(io, { layouts: summaryLayouts(now) }, rows);
  await printSection(io, 'Needs attention', [
    ...queueAttentionLines(queue),
    ...attentionLines(rows),
  ]);
  await printSection(io, 'Shared drives that are not read', unreadDriveLines(rows, details));
  await printSection(io, 'Gong calls left in 24 hours', accountLines(rows, details));
  await printSection(io, 'Workers', workerLines(queue));
}

async function printSection(io: Io, title: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await io.out('\n');
  await writeHeading(io, title);
  for (const line of lines) await writeParagraph(io, `  ${line}`);
}
