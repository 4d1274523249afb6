import { describe, expect, it } from 'vitest';
import { eventIdOf } from '../../src/event/event-id.ts';
import type { Share } from '../../src/share/share.ts';

const SHARE: Share = {
  source: 'salesforce',
  shareId: '05D000000000001AAA',
  sharedAt: Date.UTC(2026, 10, 1),
  content: { id: '069000000000001AAA', title: 'Pricing', url: 'https://example.com/1' },
  contentProperties: [],
  eventProperties: [],
};

describe('the event id', () => {
  it('is the delivery’s Id, with its source in front', () => {
    expect(eventIdOf(SHARE)).toBe('salesforce:05D000000000001AAA');
  });

  it('stays the same whatever else is read differently the next time', () => {
    const later: Share = {
      ...SHARE,
      sharedAt: SHARE.sharedAt + 1,
      sharer: { email: 'ann@acme.com' },
      content: { id: '069000000000002AAA', title: 'Renamed' },
      related: { id: '006000000000001AAA' },
    };
    expect(eventIdOf(later)).toBe(eventIdOf(SHARE));
  });

  it('is refused plainly for a source whose form is not settled', () => {
    const drive: Share = { ...SHARE, source: 'google-drive' };
    expect(() => eventIdOf(drive)).toThrow(
      'no eventId is settled for shares from google-drive yet',
    );
  });
});
