import type { TenantConfig } from '../config/types.ts';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { listFilteredEvents } from '../operator/filter-events.ts';
import { findEvent } from '../operator/find-event.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import type { EventFilter } from './event-query.ts';
import type { View } from './web-data.ts';

/** What the address names does not exist. */
export class NotFound extends UserError {
  override readonly name = 'NotFound';
}

/** The named tenants, or all without a name. Throws NotFound for an unknown name. */
export function tenantsFor(
  { tenants }: Pick<View, 'tenants'>,
  names: readonly string[],
): readonly TenantConfig[] {
  const named = new Set(names.filter((name) => name !== ''));
  if (named.size === 0) return tenants;
  const found = tenants.filter(({ tenant }) => named.has(tenant));
  if (found.length === named.size) return found;
  throw new NotFound('there is no such tenant', {
    hint: 'The list of tenants shows those that sharetrail runs.',
  });
}

interface EventPage {
  /** an empty list means all */
  readonly tenants: readonly string[];
  readonly filter: EventFilter;
  readonly limit: number;
}

/** A page of events, newest first. */
export function listFor(
  view: View,
  { tenants: names, filter, limit }: EventPage,
): Promise<StoredEvent[]> {
  const tenants = tenantsFor(view, names).map(({ tenant }) => tenant);
  return listFilteredEvents(view.context.db, { windows: [{ tenants }], limit, ...filter });
}

/** The event of the tenant with this ID or a unique prefix of it. Throws NotFound. */
export async function findOneEvent(
  view: View,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<StoredEvent> {
  const [found] = tenantsFor(view, [tenant]);
  try {
    return await findEvent(view.context.db, [found?.tenant ?? tenant], id);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof DatabaseError) throw error;
    const { message, hint } = error;
    throw new NotFound(message, { cause: error, ...(hint !== undefined && { hint }) });
  }
}
