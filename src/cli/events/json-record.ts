import type { Attempt, StoredEvent } from '../../outbox/event-types.ts';

/** An event as `events --json` prints it; the keys are part of the outside contract. */
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

/** An event with all that is known of it, as `events show --json` prints it. */
export function eventDetailJson(event: StoredEvent, attempts: readonly Attempt[]) {
  return {
    ...eventJson(event),
    notBefore: event.notBefore === undefined ? null : new Date(event.notBefore).toISOString(),
    share: event.share,
    match: event.match ?? null,
    body: event.body ?? null,
    history: attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
  };
}

/** The sharer's address, else the name; undefined where the source knows neither. */
export function sharerOf(event: StoredEvent): string | undefined {
  return event.share.sharer?.email ?? event.share.sharer?.name;
}

/**
 * Addresses of the people whom the content was given to. A share that was skipped before anything
 * was looked up has no match; of Drive it names its people all the same.
 */
export function recipientsOf({ match, share }: StoredEvent): string[] {
  return (match?.recipients ?? share.drive?.grantees ?? []).map(({ email }) => email);
}

export function stateText(event: StoredEvent): string {
  return event.reason === undefined ? event.state : `${event.state} (${event.reason})`;
}
