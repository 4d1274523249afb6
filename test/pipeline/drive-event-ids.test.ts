import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveReader, type DriveWorld, startDriveWorld } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const ONLY_CHANGES = { detect: ['changes' as const] };

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld(ONLY_CHANGES);
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

const openReader = () => world.openReader(ONLY_CHANGES, world.start);

async function idsOf(reader: DriveReader): Promise<string[]> {
  const events = await reader.events();
  return events.map(({ eventId }) => eventId).sort();
}

describe('the event id of a share that a change log shows', () => {
  test('survives later edits in a rebuilt database', async () => {
    const { google, clock } = world;
    const reader = await openReader();
    await reader.sync();
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: [ADA, BEN], by: ann });
    await reader.sync();
    const ids = await idsOf(reader);
    expect(ids).toHaveLength(1);
    clock.advance(HOUR_MS);
    google.edit(file, { by: ann });
    const rebuilt = await openReader();
    await rebuilt.sync();
    expect(await idsOf(rebuilt)).toEqual(ids);
  });

  test('survives later edits and a new owner in a restored database', async () => {
    const { google, clock } = world;
    const bob = google.addUser(`bob@${world.domain}`);
    const [reader, restored] = [await openReader(), await openReader()];
    for (const each of [reader, restored]) await each.sync();
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: ADA, by: ann });
    await reader.sync();
    const ids = await idsOf(reader);
    expect(ids).toHaveLength(1);
    clock.advance(HOUR_MS);
    google.edit(file, { by: ann });
    google.transfer(file, { to: bob, by: ann });
    await restored.sync();
    expect(await idsOf(restored)).toEqual(ids);
  });

  test('differs for a grant that was made again', async () => {
    const { google, clock } = world;
    const reader = await openReader();
    await reader.sync();
    const file = google.createFile({ name: 'Deck', owner: ann });
    for (const act of [google.share, google.revoke, google.share]) {
      clock.advance(HOUR_MS);
      act.call(google, file, { to: ADA, by: ann });
      await reader.sync();
    }
    expect(new Set(await idsOf(reader)).size).toBe(2);
  });

  test('stays valid if an earlier version stored another one', async () => {
    const { google, clock } = world;
    await world.sync();
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ queued: 1 });
    const { db } = await world.context();
    await db.updateTable('event').set({ event_id: 'drive:earlier' }).execute();
    await db.updateTable('grant').set({ event_id: 'drive:earlier' }).execute();
    clock.advance(HOUR_MS);
    google.edit(file, { by: ann });
    for (const reach of ['new', 'all'] as const) {
      expect(await world.sync({ reach })).toMatchObject({ found: { 'google-drive': 0 } });
    }
    expect((await world.events()).map(({ eventId }) => eventId)).toEqual(['drive:earlier']);
  });
});
