import type { Statement } from '../../db/schema.ts';

/** Deletes the grants and audit entries on record: another Workspace's files start from a baseline. */
export async function forgetWorkspace(trx: Statement, tenant: string): Promise<void> {
  await trx.deleteFrom('grant').where('tenant', '=', tenant).execute();
  await trx.deleteFrom('activity').where('tenant', '=', tenant).execute();
}
