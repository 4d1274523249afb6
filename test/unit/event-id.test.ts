import { describe, expect, test } from 'vitest';
import { sharesAwaitingAuditLog } from '../../src/outbox/awaiting-audit-log.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import { eraseSettled } from '../../src/outbox/retention.ts';
import {
  buildRemainingShare,
  buildShare,
  type NumberedGrant,
  type ShareInput,
} from '../../src/sources/drive/build-share.ts';
import { buildShare as buildDeliveryShare } from '../../src/sources/salesforce/build-share.ts';
import { parseDeliveryRow } from '../../src/sources/salesforce/delivery-row.ts';
import { testDatabase } from '../support/database.ts';

const AT = Date.UTC(2026, 10, 1);

/** The literal ids in this file are final: changing one reports every share a second time. */
describe('the event id of a delivery', () => {
  function eventIdOf(changes: object): string {
    const row = { Id: '05D000000000001AAA', CreatedDate: '2026-11-01T00:00:00.000+0000' };
    const parsed = parseDeliveryRow({ ...row, ...changes });
    if ('problem' in parsed) throw new Error(parsed.problem);
    const options = {
      instanceUrl: 'https://acme.my.salesforce.com',
      contentUrl: 'record',
    } as const;
    return buildDeliveryShare(parsed, options).eventId;
  }

  test('is its Id in 18 characters, with the source in front', () => {
    expect(eventIdOf({})).toBe('salesforce:05D000000000001AAA');
    expect(eventIdOf({ Id: '05Dxx0000000001' })).toBe('salesforce:05Dxx0000000001EAA');
  });

  test('does not depend on any other fact', () => {
    const later = {
      CreatedDate: '2026-11-02T00:00:00.000+0000',
      CreatedBy: { Email: 'ann@acme.com' },
      ContentDocumentId: '069000000000002AAA',
      ContentVersion: { Title: 'Renamed' },
      RelatedRecordId: '006000000000001AAA',
    };
    expect(eventIdOf(later)).toBe(eventIdOf({}));
  });
});

describe('the event id of a Drive share', () => {
  const ADA = person('ada@globex.com');
  const BEN = person('ben@initech.com');
  const LINK = { key: 'anyone', kind: 'anyone', role: 'reader' } as const;
  const ITEM = { itemId: '1file', item: 'file', title: 'Deck' } as const;
  const LOGGED = {
    detector: 'audit-log',
    item: ITEM,
    at: AT,
    actor: 'ann@acme.com',
    grants: [ADA],
  } as const satisfies ShareInput;
  const SEEN = { ...LOGGED, detector: 'changes', grants: [numbered(ADA)] } as const;

  function person(email: string) {
    return { key: email, kind: 'user', email, role: 'reader' } as const;
  }

  function numbered<Grant>(grant: Grant, ordinal = 1): Grant & { readonly ordinal: number } {
    return { ...grant, ordinal };
  }

  test.each<[string, ShareInput, string]>([
    ['no grantee', { ...LOGGED, grants: [] }, '7aff5872f7dc1dc7b6b5d235ae0c6469'],
    ['a person', LOGGED, '3456dbff4cb1bac7b49aebca98344ddc'],
    [
      'two people and a link',
      { ...LOGGED, grants: [BEN, ADA, LINK] },
      '0796c1bc8681f51f4a4bba3558b45173',
    ],
  ])('in the audit log is a hash of item, actor, time and grantees: %s', (_grants, input, hash) => {
    const { eventId, shareId } = buildShare(input);
    expect(eventId).toBe(`drive:${hash}`);
    expect(shareId).toBe(hash);
  });

  const HIDDEN = { key: 'id:1', kind: 'unaddressed', role: 'reader' } as const;
  const GLOBEX = { key: 'domain:globex.com', kind: 'domain', role: 'writer' } as const;

  test.each<[string, readonly NumberedGrant[], string]>([
    ['a person', [numbered(ADA)], '46103b99cc2e2891f31c92826bc19a6f'],
    ['the same person again', [numbered(ADA, 2)], 'f5644be8511b90c13f36960dc2daddc9'],
    [
      'two people and a link',
      [BEN, ADA, LINK].map((grant) => numbered(grant)),
      '33a63fb2a5d0010bd601e9ac4a5aaa48',
    ],
    ['no address', [numbered(HIDDEN), numbered(GLOBEX)], 'd743147a25c58fa00d694628348979ee'],
  ])('in a change log is a hash of item and numbered grantees: %s', (_grants, grants, hash) => {
    const { eventId, shareId } = buildShare({ ...SEEN, grants });
    expect(eventId).toBe(`drive:${hash}`);
    expect(shareId).toBe(hash);
  });

  test('in a change log depends on neither the time nor the owner, which later edits move', () => {
    const { eventId } = buildShare(SEEN);
    expect(buildShare({ ...SEEN, at: AT + 1 }).eventId).toBe(eventId);
    expect(buildShare({ ...SEEN, actor: 'bob@acme.com' }).eventId).toBe(eventId);
  });

  test('for remaining grants equals the id of a share with these grants alone', () => {
    const grants = [BEN, ADA, LINK].map((grant) => numbered(grant));
    const rest = [numbered(BEN)];
    const { eventId } = buildRemainingShare(buildShare({ ...SEEN, grants }), rest);
    expect(eventId).toBe(buildShare({ ...SEEN, grants: rest }).eventId);
  });

  test.each([LOGGED, SEEN])('does not depend on names, titles, roles or links: $detector', (of) => {
    const item = { ...ITEM, title: 'Renamed', url: 'https://docs.google.com/d/1file' };
    const grants = [{ ...numbered(ADA), name: 'Ada', role: 'writer', expiresAt: AT + 1 }];
    const { eventId } = buildShare({ ...of, item, actorName: 'Ann', grants });
    expect(eventId).toBe(buildShare(of).eventId);
  });
});

/** As versions before `Share.eventId` wrote it. */
const OLD_SHARE =
  '{"source":"google-drive","shareId":"3456dbff4cb1bac7b49aebca98344ddc",' +
  '"sharedAt":1793491200000,"sharer":{"email":"ann@acme.com","name":"Ann"},' +
  '"content":{"id":"1file","title":"Deck","url":"https://drive.google.com/open?id=1file"},' +
  '"drive":{"detector":"changes","item":"file","grantees":[{"kind":"user",' +
  '"email":"ada@globex.com","role":"reader","name":"Ada"}],' +
  '"identity":"[\\"1file\\",\\"ann@acme.com\\",\\"2026-11-01T00:00:00.000Z\\",\\"ada@globex.com\\"]"},' +
  '"contentProperties":[],"eventProperties":[{"name":"Role","dataType":"string","value":"reader"}]}';

describe('a row that an earlier version wrote, without eventId in its share', () => {
  const EVENT_ID = 'drive:3456dbff4cb1bac7b49aebca98344ddc';

  async function oldRow(state: 'held' | 'delivered') {
    const { db } = await testDatabase();
    const row = { tenant: 'acme', event_id: EVENT_ID, source: 'google-drive', share: OLD_SHARE };
    const times = { shared_at: AT, created_at: AT, updated_at: AT };
    const reason = state === 'held' ? { reason: 'audit-log', not_before: AT } : {};
    await db
      .insertInto('event')
      .values({ ...row, ...times, ...reason, state, priority: 0 })
      .execute();
    return db;
  }

  test('has the eventId of the row when it is read', async () => {
    const db = await oldRow('held');
    const [event] = await findEvents(db, ['acme'], EVENT_ID);
    expect(event?.share).toMatchObject({ eventId: EVENT_ID, content: { id: '1file' } });
    const awaiting = await sharesAwaitingAuditLog(db, 'acme', [EVENT_ID]);
    expect(awaiting.get(EVENT_ID)?.eventId).toBe(EVENT_ID);
  });

  test('keeps it when retention erases the people', async () => {
    const db = await oldRow('delivered');
    expect(await eraseSettled(db, { before: AT + 1, now: AT + 2 })).toBe(1);
    const [event] = await findEvents(db, ['acme'], EVENT_ID);
    expect(event?.share.eventId).toBe(EVENT_ID);
    const rows = await db.selectFrom('event').select('share').execute();
    expect(JSON.stringify(rows)).not.toMatch(/ada|ann@|globex/i);
  });
});
