import type { Batch } from '../../src/outbox/commit.ts';
import { type NewEvent, PRIORITY } from '../../src/outbox/outbox-event.ts';

/** A pending event with defaults for what a test does not set. */
export function newEvent(eventId: string, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId,
    share: {
      source: 'salesforce',
      eventId,
      shareId: `share-${eventId}`,
      sharedAt: Date.UTC(2026, 10, 1),
      content: { id: `content-${eventId}`, title: 'Offer', url: 'https://acme.example/offer' },
      contentProperties: [],
      eventProperties: [],
    },
    state: 'pending',
    body: {
      reportingSystem: 'sharetrail',
      eventTimestamp: '2026-11-01T00:00:00Z',
      eventId,
      contentId: `content-${eventId}`,
      contentUrl: 'https://acme.example/offer',
      contentTitle: 'Offer',
    },
    ...changes,
  };
}

export function eventSharedAt(eventId: string, sharedAt: number): NewEvent {
  const event = newEvent(eventId);
  return { ...event, share: { ...event.share, sharedAt } };
}

/** `count` pending events with ordered ids, each shared a second after the previous one. */
export function eventSeries(count: number, prefix = 'event'): NewEvent[] {
  return Array.from({ length: count }, (_, index) =>
    eventSharedAt(`${prefix}-${String(index).padStart(6, '0')}`, index * 1_000),
  );
}

export function batchOf(created: readonly NewEvent[], changes: Partial<Batch> = {}): Batch {
  return {
    tenant: 'acme',
    priority: PRIORITY.fresh,
    now: Date.UTC(2026, 10, 2),
    created,
    reconsidered: [],
    ...changes,
  };
}
