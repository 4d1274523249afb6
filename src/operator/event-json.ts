import type { Attempt, StoredEvent } from '../outbox/outbox-event.ts';

/** An event as `events --json` prints it; the keys are part of the external contract. */
export function eventJson(event: StoredEvent) {
  const { content } = event.share;
  return {
    eventId: event.eventId,
    tenant: event.tenant,
    source: event.source,
    shareId: event.share.shareId,
    state: event.state,
    reason: event.reason ?? null,
    sharedAt: new Date(event.sharedAt).toISOString(),
    content: { id: content.id, title: content.title, url: content.url ?? null },
    sharer: sharerOf(event) ?? null,
    recipients: recipientsOf(event),
    attempts: event.attempts,
    lastStatus: event.lastStatus ?? null,
    requestId: event.requestId ?? null,
    integrationId: event.integrationId ?? null,
    errors: event.errors,
  };
}

/** An event in full, as `events show --json` prints it. */
export function eventDetailJson(event: StoredEvent, attempts: readonly Attempt[]) {
  const { eventId: _, ...share } = event.share;
  return {
    ...eventJson(event),
    notBefore: event.notBefore === undefined ? null : new Date(event.notBefore).toISOString(),
    share,
    match: event.match ?? null,
    body: event.body ?? null,
    history: attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
  };
}

/** The sharer's address, or their name; undefined if the source knows neither. */
export function sharerOf(event: StoredEvent): string | undefined {
  return event.share.sharer?.email ?? event.share.sharer?.name;
}

/**
 * Addresses of the people that the content was shared with. An event that was skipped before its
 * records were loaded has no match, but a Drive share names its people.
 */
export function recipientsOf({ match, share }: StoredEvent): string[] {
  return (match?.recipients ?? share.drive?.grantees ?? []).map(({ email }) => email);
}

/** Why the event is in its state: Gong's first error, or the reason of a decision. */
export function whyOf({ state, reason, errors: [error] }: StoredEvent): string | undefined {
  return state === 'rejected' ? (error ?? reason) : (reason ?? error);
}

export function stateText(event: StoredEvent): string {
  return event.reason === undefined ? event.state : `${event.state} (${event.reason})`;
}
