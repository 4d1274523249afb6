import type { TenantConfig } from '../config/types.ts';
import { lookUp } from '../crm/look-up.ts';
import { refusalFor } from '../crm/refused-look-ups.ts';
import { readBindings } from '../db/bindings.ts';
import { durably } from '../db/durably.ts';
import type { Database } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { UserError } from '../lib/errors.ts';
import { countActionable } from '../outbox/event-counts.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import { pagesInState } from '../outbox/pages-in-state.ts';
import { nextState, type State, statesAllowing } from '../outbox/states.ts';
import { requeueEvent, skipEvent } from '../outbox/write-events.ts';
import type { AppContext } from '../runs/app-context.ts';
import { RunCounters } from '../runs/counters.ts';
import { decideForced, rulesOf } from '../runs/decide-share.ts';
import { forgottenPeopleOf } from '../runs/forgotten-people.ts';
import { lookUpOptionsOf } from '../runs/read-source.ts';
import { connect } from '../runs/vendor-clients.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import { findNamedEvents } from './find-event.ts';
import { LIST_LIMITS } from './limits.ts';

const FORGOTTEN = 'the only people it names are forgotten';
const IN_GONG: readonly State[] = ['delivered', 'duplicate'];

/** The result of a retry. */
export interface RetryReport {
  readonly queued: number;
  /** events that still violate Gong's reference: not queued, and unchanged */
  readonly rejected: number;
  /** the problems of the first of them: `ID: sentence` */
  readonly problems: readonly string[];
}

/**
 * The named events that the action still has to change. Throws UserError, and nothing is changed,
 * if an id or its prefix belongs to no event or to several, if Gong already has the event, or if an
 * event to retry is erased.
 */
export async function findActionable(
  context: AppContext,
  tenants: readonly TenantConfig[],
  request: { readonly eventIds: readonly string[]; readonly action: 'retry' | 'skip' },
): Promise<StoredEvent[]> {
  const names = tenants.map(({ tenant }) => tenant);
  const events: StoredEvent[] = [];
  for (const event of await findNamedEvents(context.db, names, request.eventIds)) {
    if (IN_GONG.includes(event.state)) throw alreadyInGong(event, request.action);
    if (request.action === 'retry' && event.erasedAt !== undefined) throw erased(event);
    // Skips an event that is already in the requested state, so that scripts can be repeated.
    if (nextState(event.state, request.action) !== undefined) events.push(event);
  }
  return events;
}

/** Matches the shares of the events again, rebuilds the events, and queues them. */
export async function retryEvents(
  context: AppContext,
  tenant: TenantConfig,
  request: { readonly events: readonly StoredEvent[]; readonly signal: AbortSignal },
): Promise<RetryReport> {
  const { salesforce } = connect(context, {
    tenant,
    bindings: await readBindings(context.db, tenant.tenant),
    counters: new RunCounters(),
    signal: request.signal,
    emit: undefined,
  });
  const forgotten = await forgottenPeopleOf(context.db, tenant.tenant);
  const rules = rulesOf(tenant, undefined, forgotten);
  let queued = 0;
  const problems: string[] = [];
  let rejected = 0;
  for (const events of chunksOf(request.events, BATCH_LIMITS.sharesPerBatchMax)) {
    const shares = events.map(({ share }) => share);
    const records = await lookUp(salesforce, shares, lookUpOptionsOf(tenant));
    for (const share of shares) {
      const refusal = refusalFor(share, records);
      if (refusal !== undefined) throw refusal;
      const event = decideForced(share, records, rules);
      if (event.state !== 'pending') {
        // Left unchanged: an event that was skipped without a link is queued once it has one.
        rejected += 1;
        problems.push(`${event.eventId}: ${event.errors?.join('; ') ?? FORGOTTEN}`);
        continue;
      }
      const now = context.clock.now();
      const requeue = (db: Database) => requeueEvent(db, event, { tenant: tenant.tenant, now });
      if (await durably(context.db, requeue)) queued += 1;
    }
  }
  return { queued, rejected, problems: problems.slice(0, LIST_LIMITS.problemsShown) };
}

/** Selects events without their ids. */
export interface Selection {
  /** default: every state that the action applies to */
  readonly state?: State;
  readonly reason?: string;
}

/** How many events the action would change. */
export async function countSelected(
  context: AppContext,
  tenants: readonly TenantConfig[],
  request: Selection & { readonly action: 'retry' | 'skip' },
): Promise<number> {
  let count = 0;
  for (const { tenant } of tenants) count += await countActionable(context.db, tenant, request);
  return count;
}

/** Retries all selected events, page by page, except erased ones. */
export async function retrySelected(
  context: AppContext,
  tenant: TenantConfig,
  request: Selection & { readonly signal: AbortSignal },
): Promise<RetryReport> {
  const { signal } = request;
  let [queued, rejected] = [0, 0];
  const problems: string[] = [];
  for await (const events of pagesSelected(context, tenant, { ...request, action: 'retry' })) {
    const report = await retryEvents(context, tenant, { events, signal });
    queued += report.queued;
    rejected += report.rejected;
    problems.push(...report.problems);
  }
  return { queued, rejected, problems: problems.slice(0, LIST_LIMITS.problemsShown) };
}

/** Skips all selected events, page by page. Returns how many. */
export async function skipSelected(
  context: AppContext,
  tenant: TenantConfig,
  selection: Selection,
): Promise<number> {
  let skipped = 0;
  for await (const events of pagesSelected(context, tenant, { ...selection, action: 'skip' })) {
    skipped += await skipEvents(context, events);
  }
  return skipped;
}

async function* pagesSelected(
  { db }: AppContext,
  { tenant }: TenantConfig,
  { action, state, reason }: Selection & { readonly action: 'retry' | 'skip' },
): AsyncGenerator<StoredEvent[]> {
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const filter = { tenant, size, ...(reason !== undefined && { reason }) };
  for (const each of statesAllowing(action)) {
    if (each !== (state ?? each)) continue;
    for await (const page of pagesInState(db, { ...filter, state: each })) {
      yield page.filter(({ erasedAt }) => erasedAt === undefined);
    }
  }
}

/** Skips the events. Returns how many, without those that Gong has received in the meantime. */
export async function skipEvents(
  context: AppContext,
  events: readonly StoredEvent[],
): Promise<number> {
  let skipped = 0;
  for (const { tenant, eventId } of events) {
    const now = context.clock.now();
    // The operator was promised that it is never sent, even after a power cut.
    const skip = (db: Database) => skipEvent(db, { tenant, eventId, now });
    if (await durably(context.db, skip)) skipped += 1;
  }
  return skipped;
}

function alreadyInGong({ eventId, state }: StoredEvent, action: 'retry' | 'skip'): UserError {
  return new UserError(`${eventId} is ${state}: ${action} does not apply to it`, {
    hint: 'Gong already has this event and cannot retract it.',
  });
}

function erased({ eventId }: StoredEvent): UserError {
  return new UserError(`${eventId} cannot be rebuilt: its people and its body are erased`, {
    hint:
      'It was settled more than retentionDays ago, or `sharetrail forget` erased its people. Only its ' +
      'key and its state remain.',
  });
}
