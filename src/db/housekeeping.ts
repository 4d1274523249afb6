import { HOUSEKEEPING_LIMITS } from './limits.ts';
import type { Statement } from './schema.ts';

/**
 * True if the housekeeping of `duties` has not begun for `everyMs`: it then counts as begun at
 * `now`, so that neither another process nor this one after a restart repeats it. `now`: the
 * database's time.
 */
export async function claimHousekeeping(
  db: Statement,
  {
    duties,
    now,
    everyMs,
  }: { readonly duties: string; readonly now: number; readonly everyMs: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('housekeeping')
    .values({ duties, begun_at: now })
    .onConflict((conflict) =>
      conflict
        .column('duties')
        .doUpdateSet({ begun_at: now })
        .where((row) =>
          row.or([
            row('housekeeping.begun_at', '<=', now - everyMs),
            // The clock was ahead, and has been set back.
            row('housekeeping.begun_at', '>', now),
          ]),
        ),
    )
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await forgetOthers(db, now - HOUSEKEEPING_LIMITS.keptMs);
  return true;
}

/** Those of processes whose tenants no process has anymore. */
async function forgetOthers(db: Statement, before: number): Promise<void> {
  await db.deleteFrom('housekeeping').where('begun_at', '<', before).execute();
}
