import type { Insertable, Selectable } from 'kysely';
import type { Match } from '../crm/match.ts';
import type { EventTable } from '../db/schema.ts';
import type { Share } from '../share/share.ts';
import type { NewEvent, StoredEvent } from './outbox-event.ts';

/** The columns that are written on insert, and again when the event is decided again. */
export function contentColumns(event: NewEvent) {
  return {
    state: event.state,
    reason: event.reason ?? null,
    not_before: event.notBefore ?? null,
    share: shareText(event.share),
    match: event.match ? JSON.stringify(event.match) : null,
    body: event.body ? JSON.stringify(event.body) : null,
    errors: event.errors ? JSON.stringify(event.errors) : null,
  };
}

export function toEventRow(
  event: NewEvent,
  options: { readonly tenant: string; readonly priority: number; readonly now: number },
): Insertable<EventTable> {
  const content = contentColumns(event);
  return {
    tenant: options.tenant,
    event_id: event.eventId,
    source: event.share.source,
    state: content.state,
    reason: content.reason,
    not_before: content.not_before,
    priority: options.priority,
    shared_at: event.share.sharedAt,
    last_status: null,
    request_id: null,
    integration_id: null,
    created_at: options.now,
    updated_at: options.now,
    // Listed one by one: a spread into an object of this size costs more than all the rest.
    share: content.share,
    match: content.match,
    body: content.body,
    errors: content.errors,
  };
}

/** Without the eventId, which has a column. */
function shareText(share: Share): string {
  const { source, shareId, sharedAt, sharer, content, related, drive } = share;
  const { contentProperties, eventProperties } = share;
  const stored: { readonly [Key in keyof Required<Omit<Share, 'eventId'>>]: Share[Key] } = {
    ...{ source, shareId, sharedAt, sharer, content, related, drive },
    ...{ contentProperties, eventProperties },
  };
  return JSON.stringify(stored);
}

/** Trusts the shapes of the JSON columns, because only `contentColumns` and `settle` write them. */
export function toStoredEvent(row: Selectable<EventTable>): StoredEvent {
  const match = storedMatch(row);
  return {
    tenant: row.tenant,
    eventId: row.event_id,
    source: row.source as StoredEvent['source'],
    state: row.state as StoredEvent['state'],
    priority: row.priority,
    sharedAt: row.shared_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    share: storedShare(row),
    attempts: row.attempts,
    errors: storedErrors(row),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.not_before !== null && { notBefore: row.not_before }),
    ...(match && { match }),
    ...(row.body !== null && { body: JSON.parse(row.body) as NonNullable<StoredEvent['body']> }),
    ...(row.last_status !== null && { lastStatus: row.last_status }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.integration_id !== null && { integrationId: row.integration_id }),
    ...(row.erased_at !== null && { erasedAt: row.erased_at }),
  };
}

export function storedErrors({ errors }: Pick<Selectable<EventTable>, 'errors'>): string[] {
  return errors === null ? [] : (JSON.parse(errors) as string[]);
}

/** The eventId is in the key column; some rows of earlier versions have it inside `share`, too. */
export function storedShare(row: Pick<Selectable<EventTable>, 'event_id' | 'share'>): Share {
  const share = JSON.parse(row.share) as Omit<Share, 'eventId'>;
  return { ...share, eventId: row.event_id };
}

/** Earlier versions wrote the names of the objects into a map by their Ids. */
export function storedMatch(row: Pick<Selectable<EventTable>, 'match'>): Match | undefined {
  if (row.match === null) return undefined;
  const { names, ...match } = JSON.parse(row.match) as MatchWithNames;
  if (names === undefined) return match;
  const objects = match.objects.map((object) => {
    const name = names[object.id];
    return name === undefined ? object : { ...object, name };
  });
  return { ...match, objects };
}

type MatchWithNames = Match & { readonly names?: Readonly<Record<string, string>> };
