/** One reading of the audit log: its cursors and its entries are apart from those of the others. */
export interface AuditPartition {
  /** part of the database: whose entries they are */
  readonly name: string;
  /** part of the database: what the streams of its cursors begin with */
  readonly prefix: string;
}

export const NIGHTLY: AuditPartition = { name: '', prefix: 'drive' };

/** `name`: of the window, the same whenever it is read. */
export function backfillPartition(name: string): AuditPartition {
  return { name, prefix: name };
}
