import { describe, expect, test } from 'vitest';
import type { ExplainedEvent } from '../../src/operator/explained-event.ts';
import { summarizeEvent } from '../../src/operator/summarize-event.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { STATES } from '../../src/outbox/states.ts';

const AT = Date.UTC(2026, 10, 24, 5, 34);
const ACCOUNT = { type: 'Account', id: '001000000000001AAA' } as const;
const DEAL = { type: 'Opportunity', id: '006000000000001AAA' } as const;
const EVENT: StoredEvent = {
  tenant: 'acme',
  eventId: 'event-1',
  source: 'salesforce',
  state: 'delivered',
  priority: 0,
  sharedAt: AT,
  createdAt: AT,
  updatedAt: AT,
  attempts: 0,
  errors: [],
  share: {
    source: 'salesforce',
    eventId: 'event-1',
    shareId: '05D000000000001AAA',
    sharedAt: AT,
    content: { id: '069000000000001AAA', title: 'Spare parts list' },
    contentProperties: [],
    eventProperties: [],
  },
  match: {
    matched: true,
    objects: [{ ...ACCOUNT, name: 'Kestrel Robotics' }],
    recipients: [],
    reasons: [],
  },
};
const MATCH = EVENT.match as NonNullable<StoredEvent['match']>;

function summary(changes: Partial<StoredEvent>, attempts: ExplainedEvent['attempts'] = []): string {
  return summarizeEvent({
    event: { ...EVENT, ...changes },
    attempts,
    tenant: {
      timezone: 'UTC',
      crm: { objectTypes: [], matchAccountByDomain: false, unmatched: 'send', holdDays: 3 },
    },
    gong: { callsPerDay: 10_000 },
    now: AT,
  });
}

describe('the summary of an event', () => {
  test('says where the share appears, and why not on an Opportunity', () => {
    const reasons = [
      'The Account had 2 Opportunities open at the time of the share (2026-11-24 in UTC). No ' +
        'recipient has a contact role on any of them, so none is named: “A” (006), “B” (006).',
    ];
    expect(summary({ match: { ...MATCH, reasons } })).toBe(
      'Reported to Gong on 2026-11-24 05:34 UTC. On Account “Kestrel Robotics”, not on an Opportunity, ' +
        'because the Account had 2 open Opportunities and no recipient has a contact role on any of ' +
        'them.',
    );
  });

  test('names the Opportunity with its Account', () => {
    expect(
      summary({
        match: { ...MATCH, objects: [{ ...DEAL, name: 'Kestrel: arms' }, ...MATCH.objects] },
      }),
    ).toBe(
      'Reported to Gong on 2026-11-24 05:34 UTC. On Opportunity “Kestrel: arms” of Account “Kestrel ' +
        'Robotics”.',
    );
  });

  test('names an Opportunity without a visible Account, and a record without a name by its Id', () => {
    const match = { ...MATCH, objects: [DEAL] };
    expect(summary({ match })).toContain(`On Opportunity ${DEAL.id}.`);
  });

  test('says that a share is on no record', () => {
    const match = { ...MATCH, matched: false, objects: [] };
    expect(summary({ match })).toMatch(/On no Salesforce record\.$/);
  });

  test.each([
    ['duplicate', 'Reported to Gong: on 2026-11-24 05:34 UTC, Gong already had it.'],
    ['rejected', 'Not reported: Gong would reject it.'],
    ['pending', 'Not reported yet: it waits to be sent to Gong.'],
    ['held', 'Not reported yet: it is held.'],
    ['skipped', 'Not reported: it was skipped.'],
  ] as const)('says that the event is %s', (state, start) => {
    expect(summary({ state })).toContain(start);
  });

  test('says until when an event is held, why it was skipped, and when Gong rejected it', () => {
    expect(summary({ state: 'held', notBefore: AT })).toContain('held until 2026-11-24 05:34');
    expect(summary({ state: 'skipped', reason: 'no-url' })).toContain('skipped (no-url)');
    const attempt = { number: 1, at: AT, outcome: 'rejected', errors: [] };
    const byGong = { state: 'rejected', attempts: 1 } as const;
    expect(summary(byGong, [attempt])).toContain('Gong rejected it on 2026-11-24');
    // Retention deletes the attempts, and keeps their number.
    expect(summary({ ...byGong, erasedAt: AT })).toContain('Gong rejected it on 2026-11-24');
  });

  test('names no record of an erased event', () => {
    for (const state of STATES) expect(summary({ state, erasedAt: AT })).not.toContain('Kestrel');
  });
});
