import type { Statement } from '../../db/schema.ts';

/**
 * Deletes what is on record about the files and users of a Workspace, so that those of another one
 * start from a baseline.
 */
export async function deleteWorkspaceData(trx: Statement, tenant: string): Promise<void> {
  await trx.deleteFrom('grant').where('tenant', '=', tenant).execute();
  await trx.deleteFrom('activity').where('tenant', '=', tenant).execute();
  await trx.deleteFrom('known_items').where('tenant', '=', tenant).execute();
  await trx.deleteFrom('drive_address').where('tenant', '=', tenant).execute();
}
