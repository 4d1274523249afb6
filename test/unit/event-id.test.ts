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

  it('is made of what identifies a Drive share, and of nothing else', () => {
    const facts = { detector: 'audit-log', item: 'file', grantees: [] } as const;
    const drive: Share = {
      ...SHARE,
      source: 'google-drive',
      drive: { ...facts, identity: '["1file","ann@acme.com","2026-11-01T00:00:00.000Z"]' },
    };
    // Frozen: another value would report every share that was ever sent a second time.
    expect(eventIdOf(drive)).toBe('drive:7aff5872f7dc1dc7b6b5d235ae0c6469');
    const renamed = { ...drive, shareId: 'x', content: { id: 'y', title: 'Renamed' } };
    expect(eventIdOf(renamed)).toBe(eventIdOf(drive));
    const other: Share = { ...drive, drive: { ...facts, identity: '["2file"]' } };
    expect(eventIdOf(other)).not.toBe(eventIdOf(drive));
  });

  it('is refused plainly for a Drive share without its facts', () => {
    expect(() => eventIdOf({ ...SHARE, source: 'google-drive' })).toThrow('without its facts');
  });
});
