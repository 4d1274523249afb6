import { describe, expect, test } from 'vitest';
import type { SourcePage } from '../../src/sources/source.ts';
import { ANN, BOB, DRIVE } from '../support/drive-company.ts';
import { ADA, BEN, prepare } from '../support/drive-histories.ts';
import { DriveRig } from '../support/drive-rig.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** An act on one file, `at` milliseconds after the first. */
interface Act {
  readonly at: number;
  readonly kind: 'grant' | 'revoke' | 'log again';
  readonly key: string;
  readonly by?: string;
}

/** Each history with the number of its shares. */
const HISTORIES: ReadonlyArray<readonly [string, number, readonly Act[]]> = [
  [
    'given again just after the first action, which a link extends',
    2,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 22_085, kind: 'revoke', key: ADA },
      { at: 44_946, kind: 'grant', key: 'anyone' },
      { at: 60_001, kind: 'grant', key: ADA },
    ],
  ],
  [
    'given again minutes later',
    2,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 3 * MINUTE_MS, kind: 'revoke', key: ADA },
      { at: 6 * MINUTE_MS, kind: 'grant', key: ADA },
    ],
  ],
  [
    'given again and again',
    3,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 2 * MINUTE_MS, kind: 'revoke', key: ADA },
      { at: 4 * MINUTE_MS, kind: 'grant', key: ADA },
      { at: 6 * MINUTE_MS, kind: 'revoke', key: ADA },
      { at: 8 * MINUTE_MS, kind: 'grant', key: ADA },
    ],
  ],
  [
    'given again by someone else within an action that began before the revocation',
    2,
    [
      { at: 0, kind: 'grant', key: ADA, by: BOB },
      { at: 5_000, kind: 'grant', key: 'cy@globex.example' },
      { at: 25_000, kind: 'revoke', key: ADA },
      { at: 45_000, kind: 'grant', key: ADA },
    ],
  ],
  [
    'logged again, not given again',
    1,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 5 * MINUTE_MS, kind: 'log again', key: ADA },
    ],
  ],
  [
    'logged again ten minutes later',
    1,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 10 * MINUTE_MS, kind: 'log again', key: ADA },
    ],
  ],
  [
    'logged again more than ten minutes later',
    2,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 10 * MINUTE_MS + 1, kind: 'log again', key: ADA },
    ],
  ],
  [
    'logged again in a later action of the same person',
    2,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 5 * MINUTE_MS, kind: 'grant', key: 'anyone' },
      { at: 5 * MINUTE_MS + 1, kind: 'log again', key: ADA },
    ],
  ],
  [
    'logged again, given again, and logged again',
    2,
    [
      { at: 0, kind: 'grant', key: ADA },
      { at: 2 * MINUTE_MS, kind: 'log again', key: ADA },
      { at: 4 * MINUTE_MS, kind: 'revoke', key: ADA },
      { at: 5 * MINUTE_MS, kind: 'grant', key: ADA },
      { at: 7 * MINUTE_MS, kind: 'log again', key: ADA },
    ],
  ],
];

async function played(acts: readonly Act[]): Promise<{ rig: DriveRig; first: number }> {
  const rig = await DriveRig.open(['audit-log']);
  prepare(rig);
  rig.company.revoke('file-a', [BEN], ANN);
  rig.clock.advance(HOUR_MS);
  const first = rig.clock.now();
  for (const { at, kind, key, by = ANN } of acts) {
    rig.clock.advance(first + at - rig.clock.now());
    rig.company.conditions.logsGrantsAgain = kind === 'log again';
    if (kind === 'revoke') rig.company.revoke('file-a', [key], by);
    else rig.company.grant('file-a', [key], by);
  }
  rig.clock.advance(HOUR_MS);
  return { rig, first };
}

/** Reads the windows in this order; returns the events' ids, sorted. */
async function idsOf(
  acts: readonly Act[],
  windows: ReadonlyArray<{ readonly since: number; readonly until: number }>,
): Promise<string[]> {
  const { rig, first } = await played(acts);
  for (const { since, until } of windows) {
    await rig.backfill({ since: first + since, until: first + until });
  }
  const ids = (await rig.events()).map(({ eventId }) => eventId).toSorted();
  await rig.close();
  return ids;
}

/** Forwards and backwards, from each item on: any item comes before any other one. */
function ordersOf<T>(items: readonly T[]): T[][] {
  return [items, items.toReversed()].flatMap((order) =>
    order.map((_, index) => [...order.slice(index), ...order.slice(0, index)]),
  );
}

describe('a grant in windows that end between any two acts', () => {
  test.each(HISTORIES)('%s: %i shares with the same ids', async (_name, count, acts) => {
    const last = acts.at(-1)?.at ?? 0;
    const expected = await idsOf(acts, [{ since: 0, until: last + 1 }]);
    expect(expected).toHaveLength(count);
    const windows = acts.map(({ at }, index) => ({
      since: at,
      until: acts[index + 1]?.at ?? last + 1,
    }));
    for (const order of ordersOf(windows)) {
      expect(await idsOf(acts, order), JSON.stringify(order)).toEqual(expected);
    }
  });
});

test('a grant that is logged again is recognized after an interruption between the two', async () => {
  const rig = await DriveRig.open(['audit-log']);
  prepare(rig);
  const first = rig.clock.now();
  rig.company.grant('file-a', [ADA], ANN);
  rig.clock.advance(2 * MINUTE_MS);
  rig.company.conditions.pageSize = 2_000;
  const people = Array.from({ length: 1_000 }, (_, number) => `buyer${number}@globex.example`);
  rig.company.grant('file-b', people, BOB);
  rig.clock.advance(5 * MINUTE_MS);
  rig.company.conditions.logsGrantsAgain = true;
  rig.company.grant('file-a', [ADA], ANN);
  rig.clock.advance(HOUR_MS);
  const window = { since: first + SECOND_MS, until: rig.clock.now() };
  let crashes = 0;
  const beforeCommit = ({ shares }: SourcePage) => {
    if (shares.length === 0 || crashes > 0) return;
    crashes += 1;
    throw new Error('crash');
  };
  await expect(rig.backfill(window, { beforeCommit })).rejects.toThrow('crash');
  await rig.backfill(window);
  expect(crashes).toBe(1);
  expect(await rig.grants()).toEqual(people.map((person) => `file-b ${person}`).toSorted());
  await rig.close();
});

test('a grant just after the creation of a file on a shared drive does not repeat it', async () => {
  const rig = await DriveRig.open(['audit-log']);
  prepare(rig);
  const created = rig.clock.now();
  rig.company.create('new', { driveId: DRIVE.id });
  rig.company.grant('new', [BEN], ANN);
  rig.clock.advance(2 * MINUTE_MS);
  rig.company.conditions.logsGrantsAgain = true;
  rig.company.grant('new', [BEN], ANN);
  rig.clock.advance(HOUR_MS);
  await rig.backfill({ since: created + 1, until: rig.clock.now() });
  await rig.backfill({ since: created, until: created + 1 });
  expect(await rig.grants()).toEqual([`new ${BEN}`]);
  await rig.close();
});

test('a revocation in a later page does not separate a grant from an action before the window', async () => {
  const rig = await DriveRig.open(['audit-log']);
  prepare(rig);
  rig.company.conditions.pageSize = 2_000;
  const first = rig.clock.now();
  rig.company.grant('file-a', ['anyone'], ANN);
  rig.clock.advance(40 * SECOND_MS);
  rig.company.grant('file-a', [ADA], ANN);
  rig.clock.advance(2 * MINUTE_MS);
  const people = Array.from({ length: 1_000 }, (_, number) => `buyer${number}@globex.example`);
  rig.company.grant('file-b', people, BOB);
  rig.clock.advance(2 * MINUTE_MS);
  rig.company.revoke('file-a', [ADA], ANN);
  rig.clock.advance(HOUR_MS);
  const later = await rig.backfill({ since: first + 30 * SECOND_MS, until: rig.clock.now() });
  expect(later.map(({ content }) => content.id)).toEqual(['file-b']);
  const [action] = await rig.backfill({ since: first, until: first + 30 * SECOND_MS });
  expect(action?.drive).toMatchObject({ link: 'anyone', grantees: [{ email: ADA }] });
  await rig.close();
});
