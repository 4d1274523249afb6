import { readForgotten } from '../db/forgotten.ts';
import type { Statement } from '../db/schema.ts';
import { ForgottenPeople } from '../share/forgotten.ts';

/** The people whose data was erased from the tenant. */
export async function forgottenPeopleOf(db: Statement, tenant: string): Promise<ForgottenPeople> {
  const stored = await readForgotten(db, tenant);
  return stored ? new ForgottenPeople(stored.key, stored.people) : ForgottenPeople.NONE;
}
