import type { Statement } from '../db/schema.ts';
import { UserError } from '../lib/errors.ts';
import { findEvents } from '../outbox/find-events.ts';
import { findEventsByPrefix } from '../outbox/id-prefix.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import { LIST_LIMITS } from './limits.ts';

/**
 * The event with this id, or the only one whose id, or whose share's id, begins with it. Throws
 * UserError if no event, or more than one, matches.
 */
export async function findEvent(
  db: Statement,
  tenants: readonly string[],
  text: string,
): Promise<StoredEvent> {
  const exact = await findEvents(db, tenants, text);
  if (exact.length > 0) return requireOne(exact, text);
  if (text.trim() === '') throw unknownEvent(text);
  const limit = LIST_LIMITS.candidatesShown + 1;
  return requireOne(await findEventsByPrefix(db, tenants, { prefix: text, limit }), text);
}

/** The same for several ids; an event that is named twice is listed once. */
export async function findNamedEvents(
  db: Statement,
  tenants: readonly string[],
  texts: readonly string[],
): Promise<StoredEvent[]> {
  const found = new Map<string, StoredEvent>();
  for (const text of texts) {
    const event = await findEvent(db, tenants, text);
    found.set(`${event.tenant} ${event.eventId}`, event);
  }
  return [...found.values()];
}

function requireOne(events: readonly StoredEvent[], text: string): StoredEvent {
  const [event, ...others] = events;
  if (event === undefined) throw unknownEvent(text);
  if (others.length === 0) return event;
  const isOneId = others.every(({ eventId }) => eventId === event.eventId);
  throw isOneId ? inSeveralTenants(events) : ambiguous(events, text);
}

function unknownEvent(text: string): UserError {
  return new UserError(`there is no event "${text}"`, {
    hint: 'List events with `sharetrail events`. An event exists once a sync has read its share.',
  });
}

function inSeveralTenants(events: readonly StoredEvent[]): UserError {
  const tenants = events.map(({ tenant }) => tenant).join(', ');
  return new UserError(`several tenants have an event "${events[0]?.eventId}": ${tenants}`, {
    hint: 'Select one tenant with --tenant NAME.',
  });
}

function ambiguous(events: readonly StoredEvent[], text: string): UserError {
  const shown = events.slice(0, LIST_LIMITS.candidatesShown);
  const lines = shown.map(({ tenant, eventId, share }) => {
    const title = share.content.title.replaceAll(/\s+/g, ' ');
    return `  ${eventId}  ${tenant}${title === '' ? '' : `  ${title}`}`;
  });
  const more = events.length > shown.length ? ['  …'] : [];
  return new UserError([`several events begin with "${text}":`, ...lines, ...more].join('\n'), {
    hint: 'Write more characters of the ID.',
  });
}
