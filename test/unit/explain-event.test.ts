import { describe, expect, test } from 'vitest';
import { explainEvent } from '../../src/operator/explain-event.ts';
import type { ExplainedEvent } from '../../src/operator/explained-event.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { SKIP_REASONS } from '../../src/share/policy.ts';

const AT = Date.UTC(2026, 10, 24, 5, 34);
const EVENT: StoredEvent = {
  tenant: 'acme',
  eventId: 'event-1',
  source: 'salesforce',
  state: 'delivered',
  priority: 0,
  sharedAt: AT,
  createdAt: AT + 3_600_000,
  updatedAt: AT + 3_660_000,
  attempts: 1,
  errors: [],
  requestId: 'request-1',
  share: {
    source: 'salesforce',
    eventId: 'event-1',
    shareId: '05D000000000001AAA',
    sharedAt: AT,
    sharer: { name: 'Dmitri Orlov', email: 'dmitri@acme.example' },
    content: { id: '069000000000001AAA', title: 'Spare parts list' },
    related: { id: '003000000000001AAA', type: 'Contact' },
    contentProperties: [],
    eventProperties: [],
  },
  match: {
    matched: true,
    objects: [{ type: 'Account', id: '001000000000001AAA', name: 'Kestrel Robotics' }],
    recipients: [
      {
        email: 'keiko@kestrel.example',
        name: 'Keiko Mori',
        object: { type: 'Contact', id: '003000000000001AAA' },
      },
    ],
    reasons: ['The Account has 2 open Opportunities, and no recipient has a role in either.'],
  },
};

function sentences(changes: Partial<StoredEvent>, more: Partial<ExplainedEvent> = {}): string {
  const attempt = { number: 1, at: AT + 3_660_000, outcome: 'accepted', errors: [] };
  const explained: ExplainedEvent = {
    event: { ...EVENT, ...changes },
    attempts: [attempt],
    tenant: {
      timezone: 'America/New_York',
      crm: { objectTypes: [], matchAccountByDomain: false, unmatched: 'send', holdDays: 3 },
    },
    gong: { callsPerDay: 10_000, callsLeft: 100 },
    now: AT + 7_200_000,
    ...more,
  };
  return explainEvent(explained).join('\n');
}

describe('the sentences about an event say', () => {
  test('who shared what with whom, when, on which record, and what Gong responded', () => {
    expect(sentences({})).toBe(
      [
        'Dmitri Orlov (dmitri@acme.example) shared the content delivery “Spare parts list” in ' +
          'Salesforce on 2026-11-24 00:34 -05:00. sharetrail recorded the share on 2026-11-24 01:34 -05:00.',
        'Shared with: Keiko Mori (keiko@kestrel.example), Contact 003000000000001AAA.',
        'It belongs to Account “Kestrel Robotics” (001000000000001AAA), not to an Opportunity.',
        'The Account has 2 open Opportunities, and no recipient has a role in either.',
        'Gong accepted the event on 2026-11-24 01:35 -05:00 (request request-1).',
      ].join('\n'),
    );
  });

  test('which detector saw a Drive share, and what only the other one knows', () => {
    const drive = { detector: 'changes', item: 'file', grantees: [], link: 'anyone' } as const;
    const share = { ...EVENT.share, source: 'google-drive', drive } as const;
    const text = sentences({ share, source: 'google-drive' });
    expect(text).toContain('The change log of Drive shows a new share of the file “Spare parts');
    expect(text).toContain('the person who shared it is unknown');
    expect(text).toContain('anyone with the link');
  });

  test('that a rejected event needs a fix, and why, whether Gong or sharetrail rejected it', () => {
    const errors = ['recipients[0].email is invalid'];
    const byGong = sentences({ state: 'rejected', errors, lastStatus: 400 });
    expect(byGong).toContain(
      'Gong rejected the event on 2026-11-24 01:35 -05:00 with status 400: recip',
    );
    expect(byGong).toContain('`sharetrail events retry event-1`');
    const locally = sentences({ state: 'rejected', errors, attempts: 0 }, { attempts: [] });
    expect(locally).toContain('sharetrail did not send the event, because Gong would reject it');
    expect(locally).toContain('If you fix the delivery, its change queues the event');
    const drive = { state: 'rejected', source: 'google-drive', attempts: 0 } as const;
    const ofDrive = sentences(drive, { attempts: [] });
    expect(ofDrive).not.toContain('the delivery');
    expect(ofDrive).toContain('`sharetrail events retry event-1`');
  });

  test.each([
    [{ pausedUntil: AT + 9_000_000, callsPerDay: 10 }, 'a pause until 2026-11-24 03:04'],
    [{ callsLeft: 0, callsPerDay: 10 }, 'The 10 calls of the last 24 hours are used up.'],
  ])('why a pending event waits: %o', (gong, text) => {
    expect(sentences({ state: 'pending' }, { gong })).toContain(text);
  });

  test('until when a held event waits, for what, and what happens then', () => {
    const held = { state: 'held', notBefore: AT + 86_400_000 } as const;
    const unmatched = sentences({ ...held, reason: 'unmatched' });
    expect(unmatched).toContain(
      'held until 2026-11-25 00:34 -05:00, because it has no Salesforce record',
    );
    expect(unmatched).toContain('sent without a record');
    expect(sentences({ ...held, reason: 'audit-log' })).toContain('so that the audit log can name');
  });

  test('what gives an unmatched event a record: only a delivery can be related to one', () => {
    const held = { state: 'held', reason: 'unmatched' } as const;
    const [relate, create] = ['Relate the delivery', 'Create a Contact or Lead with the address'];
    const delivery = sentences(held);
    expect([delivery.includes(relate), delivery.includes(create)]).toEqual([true, false]);
    const drive = { detector: 'changes', item: 'file' } as const;
    const grantee = { kind: 'user', email: 'keiko@kestrel.example', role: 'reader' } as const;
    for (const [grantees, expected] of [
      [[grantee], [false, true]],
      [[], [false, false]],
    ] as const) {
      const share = {
        ...EVENT.share,
        source: 'google-drive',
        drive: { ...drive, grantees },
      } as const;
      const text = sentences({ ...held, share, source: 'google-drive' });
      expect([text.includes(relate), text.includes(create)]).toEqual(expected);
      expect(text).toContain('To send it now, run `sharetrail events retry event-1`.');
    }
  });

  test.each(SKIP_REASONS)('why an event was skipped as %s, and how to send it', (reason) => {
    const text = sentences({ state: 'skipped', reason });
    expect(text).toContain('It is not reported: ');
    expect(text).not.toContain('unknown');
    const canRetry = reason !== 'forgotten' && reason !== 'no-url';
    expect(text.includes('`sharetrail events retry event-1`')).toBe(canRetry);
  });

  test('that its content was erased', () => {
    const text = sentences({ erasedAt: AT + 86_400_000 });
    expect(text).toContain('were erased on 2026-11-25 00:34');
    expect(text).not.toContain('Keiko');
  });
});
