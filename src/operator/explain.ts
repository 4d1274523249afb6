import type { TenantConfig } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import type { Statement } from '../db/schema.ts';
import { findEvents, listAttempts } from '../outbox/find-events.ts';
import { findEventsByPrefix } from '../outbox/id-prefix.ts';
import type { Attempt, StoredEvent } from '../outbox/outbox-event.ts';
import { searchEvents } from '../outbox/search.ts';
import type { AppContext } from '../runs/app-context.ts';
import { explainAbsence } from './explain-absence.ts';
import { explainEvent } from './explain-event.ts';
import { parseSearchText, type SearchText } from './search-text.ts';
import { gongOf } from './status.ts';
import { summarizeEvent } from './summarize-event.ts';

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
  const events = await eventsOf(context.db, names, { ...search, limit: request.limit });
  const explained: Explanation[] = [];
  for (const event of events) {
    const tenant = tenants.find((candidate) => candidate.tenant === event.tenant);
    if (tenant === undefined) continue;
    const { sentences } = await explainStored(context, tenant, event);
    explained.push({ tenant: event.tenant, event, sentences });
  }
  if (explained.length > 0) return explained;
  const absences: Explanation[] = [];
  for (const tenant of tenants) {
    const sentences = await explainAbsence(context, tenant, search);
    absences.push({ tenant: tenant.tenant, sentences });
  }
  return absences;
}

/** The event with this id, else what the text finds, else the events whose id begins with it. */
async function eventsOf(
  db: Statement,
  tenants: readonly string[],
  { text, query, limit }: SearchText & { readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const named = await findEvents(db, tenants, text);
  if (named.length > 0) return named;
  const found = await searchEvents(db, { tenants, query, limit });
  if (found.length > 0 || text === '') return found;
  return findEventsByPrefix(db, tenants, { prefix: text, limit });
}

export interface ExplainedInFull {
  readonly attempts: readonly Attempt[];
  /** the outcome in one or two sentences */
  readonly summary: string;
  readonly sentences: readonly string[];
}

/** What happened to one event, and what an operator can do. */
export async function explainStored(
  context: AppContext,
  tenant: TenantConfig,
  event: StoredEvent,
): Promise<ExplainedInFull> {
  const { db, clock } = context;
  const now = clock.now();
  const attempts = await listAttempts(db, event);
  const gong = await gongOf(context, tenant, await databaseTime(db, clock));
  const explained = { event, attempts, tenant, gong, now };
  return { attempts, summary: summarizeEvent(explained), sentences: explainEvent(explained) };
}
