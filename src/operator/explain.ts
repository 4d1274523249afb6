import type { TenantConfig } from '../config/types.ts';
import type { StoredEvent } from '../outbox/event-types.ts';
import { findEvents, listAttempts } from '../outbox/queries.ts';
import { searchEvents } from '../outbox/search.ts';
import type { AppContext } from '../runs/app-context.ts';
import { explainAbsence } from './explain-absence.ts';
import { explainEvent } from './explain-event.ts';
import { parseSearchText } from './search-text.ts';
import { gongOf } from './status.ts';

/** One share that the text identifies, or, without `event`, what is known although none was found. */
export interface Explanation {
  readonly tenant: string;
  readonly event?: StoredEvent;
  readonly sentences: readonly string[];
}

/**
 * Explains what happened to each share that the text identifies, newest first. If no share is found,
 * one explanation per tenant says what is known and what can be the reason. Only reads the database.
 */
export async function explain(
  context: AppContext,
  tenants: readonly TenantConfig[],
  request: { readonly text: string; readonly limit: number },
): Promise<Explanation[]> {
  const search = parseSearchText(request.text);
  const names = tenants.map(({ tenant }) => tenant);
  const byId = await findEvents(context.db, names, search.text);
  const { query } = search;
  const events =
    byId.length > 0
      ? byId
      : await searchEvents(context.db, { tenants: names, query, limit: request.limit });
  const explained: Explanation[] = [];
  for (const event of events) {
    const tenant = tenants.find((candidate) => candidate.tenant === event.tenant);
    if (tenant === undefined) continue;
    explained.push({
      tenant: event.tenant,
      event,
      sentences: await sentencesOf(context, tenant, event),
    });
  }
  if (explained.length > 0) return explained;
  const absences: Explanation[] = [];
  for (const tenant of tenants) {
    const sentences = await explainAbsence(context, tenant, search);
    absences.push({ tenant: tenant.tenant, sentences });
  }
  return absences;
}

/** What happened to one event, and what an operator can do. */
export async function sentencesOf(
  context: AppContext,
  tenant: TenantConfig,
  event: StoredEvent,
): Promise<string[]> {
  const { db, clock } = context;
  const now = clock.now();
  const attempts = await listAttempts(db, event);
  return explainEvent({ event, attempts, tenant, gong: await gongOf(context, tenant, now), now });
}
