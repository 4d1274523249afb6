import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { findEvent, findNamedEvents } from '../../src/operator/find-event.ts';
import { LIST_LIMITS } from '../../src/operator/limits.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { findEventsByPrefix, shortIds } from '../../src/outbox/id-prefix.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const TENANTS = ['acme', 'other'];
const DRIVE = 'drive:3fa9c1d27b0e4c5d8a6f1029384756aa';
const SALESFORCE = 'salesforce:05D5e0000020aeEEAQ';

let db: Database;
let lease: LeaseKey;

beforeEach(async () => {
  ({ db } = await testDatabase());
  lease = await heldLease(db, 0);
});

async function add(ids: readonly string[], tenant = 'acme'): Promise<void> {
  await commitBatch(
    db,
    lease,
    batchOf(
      ids.map((id) => newEvent(id)),
      { tenant },
    ),
  );
}

async function found(prefix: string, tenants: readonly string[] = TENANTS): Promise<string[]> {
  const events = await findEventsByPrefix(db, tenants, { prefix, limit: 100 });
  return events.map(({ tenant, eventId }) => `${tenant} ${eventId}`);
}

describe('a prefix', () => {
  test('finds the events whose ids begin with exactly these characters', async () => {
    await add(['drive:3fa9', 'drive:3fa', 'drive:3FA9', 'drive:3f_9', 'drive:3fb', 'drive:3f%']);
    await add(['drive:3fa9'], 'other');
    expect(await found('drive:3fa')).toEqual([
      'acme drive:3fa',
      'acme drive:3fa9',
      'other drive:3fa9',
    ]);
    expect(await found('drive:3f_')).toEqual(['acme drive:3f_9']);
    expect(await found('drive:3f%')).toEqual(['acme drive:3f%']);
    expect(await found('drive:3fa', ['other'])).toEqual(['other drive:3fa9']);
    expect(await found('drive:3fa9c')).toEqual([]);
  });
});

describe('a prefix of the id of a share', () => {
  const ORG = '00DHp0000001abcUAA';

  test.each([
    ['a delivery', SALESFORCE],
    ['a share in Drive', DRIVE],
    ['a delivery in a sandbox org', `salesforce:${ORG}:05D5e0000020aeEEAQ`],
    ['a share in Drive, with a sandbox org', `drive:${ORG}:3fa9c1d27b0e4c5d8a6f1029384756aa`],
    ['the second sandbox org', `salesforce:00DZZ0000001abcUAA:05D5e0000020aeEEAQ`],
  ])('finds %s', async (_, id) => {
    await add([id, `salesforce:${ORG}:05D9`, `drive:${ORG}:9`, 'salesforce:05D8', 'drive:8']);
    const shareId = id.slice(id.lastIndexOf(':') + 1);
    for (const text of [shareId, shareId.slice(0, 15), shareId.slice(0, 4), id.slice(0, -3)]) {
      expect(await found(text), text).toEqual([`acme ${id}`]);
    }
    expect(await found(shareId.slice(4))).toEqual([]);
  });

  test('is ambiguous if ids of several kinds begin with it', async () => {
    await add(['salesforce:05D1', `salesforce:${ORG}:05D2`]);
    await add(['salesforce:05D3'], 'other');
    expect(await found('05D')).toEqual([
      `acme salesforce:${ORG}:05D2`,
      'acme salesforce:05D1',
      'other salesforce:05D3',
    ]);
  });

  test('lists the candidates once, up to the limit', async () => {
    await add(['drive:d1', 'drive:d2', 'drive:d3']);
    const events = await findEventsByPrefix(db, TENANTS, { prefix: 'd', limit: 2 });
    expect(events.map(({ eventId }) => eventId)).toEqual(['drive:d1', 'drive:d2']);
  });

  test('does not follow an id of an unknown form', async () => {
    await add(['salesforce:00D1', SALESFORCE]);
    expect(await found('05D5e')).toEqual([`acme ${SALESFORCE}`]);
  });
});

describe('a short id', () => {
  const shortOf = async (id: string) => (await shortIds(db, TENANTS, [id])).get(id);

  test('has the name of the source and eight characters, so that it stays unique', async () => {
    await add([DRIVE, 'drive:4fa9c1d27b0e4c5d8a6f1029384756aa']);
    expect(await shortOf(DRIVE)).toBe('drive:3fa9c1d2');
  });

  test.each([
    ['drive:3fa9c1d27b0f4c5d8a6f1029384756aa', 'drive:3fa9c1d27b0e'],
    ['drive:3fa9c1d27b0e4c5e8a6f1029384756aa', 'drive:3fa9c1d27b0e4c5d8a6f'],
    ['drive:3fa9c1d27b0e4c5d8a6f1029384756ab', DRIVE],
  ])('is longer if an event of another tenant begins alike: %s', async (other, short) => {
    await add([DRIVE]);
    await add([other], 'other');
    expect(await shortOf(DRIVE)).toBe(short);
  });

  test('of a delivery is at most its 15-character id', async () => {
    await add([SALESFORCE, 'salesforce:05D5e0000020aeFEAQ', 'salesforce:05D5e0000020aeeEAA']);
    expect(await shortOf(SALESFORCE)).toBe('salesforce:05D5e0000020aeE');
  });

  test('in a sandbox org has eight characters of the id of the share', async () => {
    const id = 'salesforce:00DHp0000001abcUAA:05D5e0000020aeEEAQ';
    await add([id, 'salesforce:00DHp0000001abcUAA:05D5f0000020aeEEAQ']);
    expect(await shortOf(id)).toBe('salesforce:00DHp0000001abcUAA:05D5e000');
  });

  test('names one event even if two tenants have the same id', async () => {
    await add([DRIVE]);
    await add([DRIVE], 'other');
    expect(await shortOf(DRIVE)).toBe('drive:3fa9c1d2');
  });

  test('is the id if it is shorter', async () => {
    await add(['one']);
    expect(await shortOf('one')).toBe('one');
  });
});

describe('an event that is named by its id or a prefix', () => {
  test('is found if it is the only one', async () => {
    await add([DRIVE, SALESFORCE]);
    for (const text of [DRIVE, 'drive:3fa9c1d2', 'd']) {
      expect((await findEvent(db, TENANTS, text)).eventId).toBe(DRIVE);
    }
    expect((await findEvent(db, TENANTS, '05D5e0000020aeE')).eventId).toBe(SALESFORCE);
  });

  test('is the one with exactly this id, although others begin with it', async () => {
    await add(['one', 'one-more']);
    expect((await findEvent(db, TENANTS, 'one')).eventId).toBe('one');
  });

  test('is listed once if it is named twice', async () => {
    await add([DRIVE]);
    const events = await findNamedEvents(db, TENANTS, [DRIVE, 'drive:3f', 'drive:3fa']);
    expect(events.map(({ eventId }) => eventId)).toEqual([DRIVE]);
  });

  test('is an error that lists the candidates if there are several', async () => {
    const ids = Array.from({ length: LIST_LIMITS.candidatesShown + 1 }, (_, at) => `drive:3f${at}`);
    await add(ids.slice(0, 2));
    await expect(findEvent(db, TENANTS, 'drive:3f')).rejects.toMatchObject({
      message:
        'several events begin with "drive:3f":\n  drive:3f0  acme  Offer\n  drive:3f1  acme  Offer',
      hint: 'Write more characters of the ID.',
    });
    await add(ids);
    const many = findEvent(db, TENANTS, 'drive:3f');
    await expect(many).rejects.toThrow(/\n {2}…$/);
  });

  test('cannot add lines to the error by its title', async () => {
    const event = newEvent('drive:1');
    const content = { ...event.share.content, title: 'Offer\nsharetrail: sent' };
    const created = [{ ...event, share: { ...event.share, content } }, newEvent('drive:2')];
    await commitBatch(db, lease, batchOf(created));
    await expect(findEvent(db, TENANTS, 'drive:')).rejects.toThrow(
      'acme  Offer sharetrail: sent\n',
    );
  });

  test('is an error if several tenants have it', async () => {
    await add([DRIVE]);
    await add([DRIVE], 'other');
    await expect(findEvent(db, TENANTS, 'drive:3fa9')).rejects.toMatchObject({
      message: `several tenants have an event "${DRIVE}": acme, other`,
      hint: 'Select one tenant with --tenant NAME.',
    });
    expect(await findEvent(db, ['other'], 'drive:3fa9')).toMatchObject({ tenant: 'other' });
  });

  test.each(['', ' ', 'drive:4', `${DRIVE}0`])(
    'is an error if no event matches: "%s"',
    async (text) => {
      await add([DRIVE]);
      await expect(findEvent(db, TENANTS, text)).rejects.toThrow(`there is no event "${text}"`);
    },
  );
});
