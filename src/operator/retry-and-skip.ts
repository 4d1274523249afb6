import type { TenantConfig } from '../config/types.ts';
import { lookUp } from '../crm/look-up.ts';
import { chunksOf } from '../lib/chunks.ts';
import { UserError } from '../lib/errors.ts';
import type { StoredEvent } from '../outbox/event-types.ts';
import { requeueEvent, skipEvent } from '../outbox/events.ts';
import { pagesInState } from '../outbox/paginate.ts';
import { findEvents } from '../outbox/queries.ts';
import { nextState, type State } from '../outbox/states.ts';
import { connect } from '../runs/connections.ts';
import type { AppContext } from '../runs/context.ts';
import { RunCounters } from '../runs/counters.ts';
import { decideForced, rulesOf } from '../runs/decide.ts';
import { lookUpOptionsOf } from '../runs/read-source.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import { LIST_LIMITS } from './limits.ts';

const IN_GONG: readonly State[] = ['delivered', 'duplicate'];

/** What became of events that an operator asked to send again. */
export interface RetryReport {
  readonly queued: number;
  /** break Gong's reference as they are: not queued, and left as they were */
  readonly rejected: number;
  /** what is wrong with the first of them: `ID: sentence` */
  readonly problems: readonly string[];
}

/**
 * Those of the named events that are not yet as the operator wants them. Throws UserError for an id
 * that no tenant has, that several have, that Gong has already, or of which too little is left:
 * then nothing is done at all.
 */
export async function findActionable(
  context: AppContext,
  tenants: readonly TenantConfig[],
  request: { readonly eventIds: readonly string[]; readonly action: 'retry' | 'skip' },
): Promise<StoredEvent[]> {
  const names = tenants.map(({ tenant }) => tenant);
  const events: StoredEvent[] = [];
  for (const eventId of new Set(request.eventIds)) {
    const event = requireOne(await findEvents(context.db, names, eventId), eventId);
    if (IN_GONG.includes(event.state)) throw alreadyInGong(event, request.action);
    if (request.action === 'retry' && event.erasedAt !== undefined) throw erased(event);
    // One that is as it should be already is left alone, so that a repeated script succeeds.
    if (nextState(event.state, request.action) !== undefined) events.push(event);
  }
  return events;
}

/** The one event of that id; throws UserError where there is none, or several tenants have it. */
export function requireOne(events: readonly StoredEvent[], eventId: string): StoredEvent {
  const [event, ...others] = events;
  if (!event) {
    throw new UserError(`there is no event "${eventId}"`, {
      hint: 'List them with `sharetrail events`; one is there from the first sync that read it.',
    });
  }
  if (others.length > 0) {
    const where = [event, ...others].map(({ tenant }) => tenant).join(', ');
    throw new UserError(`"${eventId}" is an event of several tenants: ${where}`, {
      hint: 'Say which one with --tenant NAME.',
    });
  }
  return event;
}

/** Builds the events again from their shares, matching again, and queues them. */
export async function retryEvents(
  context: AppContext,
  tenant: TenantConfig,
  request: { readonly events: readonly StoredEvent[]; readonly signal: AbortSignal },
): Promise<RetryReport> {
  const { salesforce } = connect(context, {
    tenant,
    counters: new RunCounters(),
    signal: request.signal,
    emit: undefined,
  });
  const rules = rulesOf(tenant, undefined);
  let queued = 0;
  const problems: string[] = [];
  let rejected = 0;
  for (const events of chunksOf(request.events, BATCH_LIMITS.sharesPerBatchMax)) {
    const shares = events.map(({ share }) => share);
    const records = await lookUp(salesforce, shares, lookUpOptionsOf(tenant));
    for (const share of shares) {
      const event = decideForced(share, records, rules);
      if (event.state !== 'pending') {
        // Left as it was: one that was skipped for want of a link mends itself when it has one.
        rejected += 1;
        problems.push(`${event.eventId}: ${event.errors?.join('; ')}`);
        continue;
      }
      const now = context.clock.now();
      if (await requeueEvent(context.db, event, { tenant: tenant.tenant, now })) queued += 1;
    }
  }
  return { queued, rejected, problems: problems.slice(0, LIST_LIMITS.problemsShown) };
}

/** The same for all events of a state that can be built still, a page at a time. */
export async function retryState(
  context: AppContext,
  tenant: TenantConfig,
  request: { readonly state: State; readonly signal: AbortSignal },
): Promise<RetryReport> {
  const { state, signal } = request;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  let [queued, rejected] = [0, 0];
  const problems: string[] = [];
  for await (const page of pagesInState(context.db, { tenant: tenant.tenant, state, size })) {
    const events = page.filter(({ erasedAt }) => erasedAt === undefined);
    const report = await retryEvents(context, tenant, { events, signal });
    queued += report.queued;
    rejected += report.rejected;
    problems.push(...report.problems);
  }
  return { queued, rejected, problems: problems.slice(0, LIST_LIMITS.problemsShown) };
}

/** How many of the events will never be sent; one that reached Gong meanwhile is not among them. */
export async function skipEvents(
  context: AppContext,
  events: readonly StoredEvent[],
): Promise<number> {
  let skipped = 0;
  for (const { tenant, eventId } of events) {
    const now = context.clock.now();
    if (await skipEvent(context.db, { tenant, eventId, now })) skipped += 1;
  }
  return skipped;
}

function alreadyInGong({ eventId, state }: StoredEvent, action: 'retry' | 'skip'): UserError {
  return new UserError(`${eventId} is ${state}: ${action} does not apply to it`, {
    hint: 'Gong has it already, and has no way to take an event back.',
  });
}

function erased({ eventId }: StoredEvent): UserError {
  return new UserError(`${eventId} cannot be built again: its people and its body are erased`, {
    hint: 'It was settled longer than retentionDays ago, and only its key and its state are left.',
  });
}
