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

describe('eventIdOf', () => {
  it('is the source and the Id of the delivery', () => {
    expect(eventIdOf(SHARE)).toBe('salesforce:05D000000000001AAA');
  });

  it('does not depend on facts that can change', () => {
    const later: Share = {
      ...SHARE,
      sharedAt: SHARE.sharedAt + 1,
      sharer: { email: 'ann@acme.com' },
      content: { id: '069000000000002AAA', title: 'Renamed' },
      related: { id: '006000000000001AAA' },
    };
    expect(eventIdOf(later)).toBe(eventIdOf(SHARE));
  });

  it('depends only on the identity of a Drive share', () => {
    const facts = { detector: 'audit-log', item: 'file', grantees: [] } as const;
    const drive: Share = {
      ...SHARE,
      source: 'google-drive',
      drive: { ...facts, identity: '["1file","ann@acme.com","2026-11-01T00:00:00.000Z"]' },
    };
    // Frozen: a different value would report every share a second time.
    expect(eventIdOf(drive)).toBe('drive:7aff5872f7dc1dc7b6b5d235ae0c6469');
    const renamed = { ...drive, shareId: 'x', content: { id: 'y', title: 'Renamed' } };
    expect(eventIdOf(renamed)).toBe(eventIdOf(drive));
    const other: Share = { ...drive, drive: { ...facts, identity: '["2file"]' } };
    expect(eventIdOf(other)).not.toBe(eventIdOf(drive));
  });

  it('throws for a Drive share without its facts', () => {
    expect(() => eventIdOf({ ...SHARE, source: 'google-drive' })).toThrow('without its facts');
  });
});
