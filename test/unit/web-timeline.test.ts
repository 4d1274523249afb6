import { expect, test } from 'vitest';
import type { Attempt, StoredEvent } from '../../src/outbox/outbox-event.ts';
import { timeline } from '../../src/web/pages/timeline.ts';
import { newEvent } from '../support/events.ts';

const AT = Date.UTC(2026, 10, 2);
const ATTEMPT: Attempt = { number: 1, at: AT, outcome: 'rejected', errors: [] };

/** The titles of the steps of a rejected event. */
async function steps(changes: Partial<StoredEvent>, attempts: readonly Attempt[]) {
  const { share } = newEvent('event-1');
  const event: StoredEvent = {
    ...{ tenant: 'acme', eventId: 'event-1', source: 'salesforce', state: 'rejected', share },
    ...{ priority: 0, attempts: 0, errors: [] },
    ...{ sharedAt: share.sharedAt, createdAt: AT, updatedAt: AT },
    ...changes,
  };
  const shown = `${await timeline(event, attempts, { now: AT, timezone: 'UTC' })}`;
  return [...shown.matchAll(/<p class="step-title">(.*?)<\/p>/g)].map(([, title]) => title);
}

test.each<[string, Partial<StoredEvent>, readonly Attempt[], string]>([
  ['by the local check', { attempts: 0 }, [], 'Rejected before it was sent'],
  ['by Gong', { attempts: 1 }, [ATTEMPT], 'Gong rejected the event'],
  ['by Gong, and erased', { attempts: 1, erasedAt: AT }, [], 'Gong rejected the event'],
])('an event that was rejected %s', async (_who, changes, attempts, last) => {
  expect(await steps(changes, attempts)).toEqual(['Shared', 'Recorded by sharetrail', last]);
});
