import { DRIVE_LIMITS } from '../../lib/limits.ts';

/** One reading of the audit log: its cursors and its entries are apart from those of the others. */
export interface Lane {
  /** part of the database: whose entries they are */
  readonly name: string;
  /** part of the database: what the streams of its cursors begin with */
  readonly prefix: string;
  /** entries that became visible late are found by reading so far back */
  readonly lookBackMs: number;
}

export const NIGHTLY: Lane = { name: '', prefix: 'drive', lookBackMs: DRIVE_LIMITS.lookBackMs };

/** `name`: of the window, the same whenever it is read. What is in the past came in long ago. */
export function historyLane(name: string): Lane {
  return { name, prefix: name, lookBackMs: 0 };
}
