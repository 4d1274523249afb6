import { CALL_LIMITS } from './limits.ts';
import type { Statement } from './schema.ts';

/** Makes all senders of the account wait, in this run and in later ones. */
export async function pauseAccount(db: Statement, account: string, until: number): Promise<void> {
  await db
    .insertInto('pause')
    .values({ account, until })
    .onConflict((conflict) =>
      conflict.column('account').doUpdateSet({ until }).where('pause.until', '<', until),
    )
    .execute();
}

/**
 * When the account's pause ends; 0 if it is not paused at `now`. A pause that ends later than the
 * longest one from now is void: a clock that was ahead wrote it, or a version without that limit.
 */
export async function pausedUntil(db: Statement, account: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('pause')
    .select('until')
    .where('account', '=', account)
    .executeTakeFirst();
  const until = row?.until ?? 0;
  return until > now && !isVoidPause(until, now) ? until : 0;
}

export function isVoidPause(until: number, now: number): boolean {
  return until > now + CALL_LIMITS.pauseMsMax;
}

/** Deletes a void pause, because a pause is never shortened: it would hide the next one. */
export async function deletePause(db: Statement, account: string): Promise<void> {
  await db.deleteFrom('pause').where('account', '=', account).execute();
}
