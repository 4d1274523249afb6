import type { TenantConfig } from '../config/types.ts';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { listFilteredEvents } from '../operator/filter-events.ts';
import { findEvent } from '../operator/find-event.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import type { EventQuery } from './event-query.ts';
import type { View } from './web-data.ts';

/** What the address names does not exist. */
export class NotFound extends UserError {
  override readonly name = 'NotFound';
}

/** The named tenant, or all. Throws NotFound for an unknown name. */
export function tenantsFor(
  { tenants }: Pick<View, 'tenants'>,
  name: string | undefined,
): readonly TenantConfig[] {
  if (name === undefined || name === '') return tenants;
  const found = tenants.filter(({ tenant }) => tenant === name);
  if (found.length > 0) return found;
  throw new NotFound('there is no such tenant', {
    hint: 'The list of tenants shows those that sharetrail runs.',
  });
}

/** A page of events, newest first. */
export function listFor(view: View, query: EventQuery, limit: number): Promise<StoredEvent[]> {
  const { tenant, ...filter } = query;
  const tenants = tenantsFor(view, tenant).map((each) => each.tenant);
  return listFilteredEvents(view.context.db, { windows: [{ tenants }], limit, ...filter });
}

/** The event of the tenant with this ID or a unique prefix of it. Throws NotFound. */
export async function findOneEvent(
  view: View,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<StoredEvent> {
  const [found] = tenantsFor(view, tenant);
  try {
    return await findEvent(view.context.db, [found?.tenant ?? tenant], id);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof DatabaseError) throw error;
    const { message, hint } = error;
    throw new NotFound(message, { cause: error, ...(hint !== undefined && { hint }) });
  }
}
