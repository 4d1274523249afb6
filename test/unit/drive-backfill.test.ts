import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DRIVE_LIMITS } from '../../src/sources/drive/limits.ts';
import { ANN } from '../support/drive-company.ts';
import {
  ADA,
  BEN,
  historiesOf,
  NaiveDrive,
  playStep,
  prepare,
  type Step,
} from '../support/drive-histories.ts';
import { DriveRig, type RunOptions } from '../support/drive-rig.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const APART = fc.integer({ min: 61_000, max: 40 * MINUTE_MS });
/** mostly within one share action */
const CLOSE = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 35_000 }) }, APART);
const PAGE_SIZES = fc.integer({ min: 1, max: 7 });
/** where the time is divided into windows, in thousandths */
const CUTS = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 6 });

interface Window {
  readonly since: number;
  readonly until: number;
}

/** A rig in which all steps were played, and the time that they took. */
async function playedRig(
  steps: readonly Step[],
  pageSize: number,
): Promise<{ rig: DriveRig; naive: NaiveDrive; fullWindow: Window }> {
  const rig = await DriveRig.open(['audit-log', 'changes']);
  prepare(rig);
  rig.company.conditions.pageSize = pageSize;
  const since = rig.clock.now();
  const naive = new NaiveDrive();
  for (const step of steps) {
    playStep(rig, step);
    naive.apply(step, rig.clock.now());
  }
  const until = rig.clock.now() + 1;
  rig.clock.advance(HOUR_MS);
  rig.start = rig.clock.now();
  return { rig, naive, fullWindow: { since, until } };
}

/** Divides the time into windows, in chronological order. */
function windowsOf({ since, until }: Window, cuts: readonly number[]): Window[] {
  const places = cuts.map((cut) => since + Math.floor(((until - since) * cut) / 1_000));
  const ends = [...new Set([since, ...places, until])].toSorted((one, other) => one - other);
  return ends
    .slice(1)
    .map((end, index) => ({ since: ends[index] ?? since, until: end }))
    .filter((window) => window.since < window.until);
}

async function eventIds(rig: DriveRig): Promise<string[]> {
  return (await rig.events()).map(({ eventId }) => eventId).toSorted();
}

function withoutRuns(steps: readonly Step[]): Step[] {
  return steps.map((step) =>
    step.kind === 'run' ? { ...step, kind: 'edit', item: 'file-a' } : step,
  );
}

async function read(rig: DriveRig, windows: readonly Window[]): Promise<void> {
  for (const window of windows) await rig.backfill(window);
}

describe('one window', () => {
  test('reports the grants of a naive model, each action once', async () => {
    const histories = historiesOf({ afterMs: CLOSE });
    await fc.assert(
      fc.asyncProperty(histories, PAGE_SIZES, async (steps, pageSize) => {
        const { rig, naive, fullWindow } = await playedRig(withoutRuns(steps), pageSize);
        await rig.backfill(fullWindow);
        expect(await rig.grants()).toEqual(naive.grantsOfActions);
        // Reading it again finds nothing.
        expect(await rig.backfill(fullWindow)).toEqual([]);
        expect(rig.failures).toEqual([]);
        await rig.close();
      }),
      { numRuns: 30 },
    );
  });
});

describe('windows in any order', () => {
  test('yield the same events as one window, with the same ids', async () => {
    const histories = historiesOf({ afterMs: CLOSE, items: ['file-a'] });
    await fc.assert(
      fc.asyncProperty(
        histories,
        PAGE_SIZES,
        CUTS,
        fc.infiniteStream(fc.nat(100)),
        async (steps, pageSize, cuts, order) => {
          const all = withoutRuns(steps);
          const one = await playedRig(all, 1_000);
          await one.rig.backfill(one.fullWindow);
          const cut = await playedRig(all, pageSize);
          const windows = windowsOf(cut.fullWindow, cuts);
          await read(cut.rig, shuffled(windows, order));
          expect(await eventIds(cut.rig)).toEqual(await eventIds(one.rig));
          await one.rig.close();
          await cut.rig.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('with syncs before, after and in between, report each grant once', async () => {
    const histories = historiesOf({ afterMs: APART });
    const runs = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.record({ before: fc.nat(25), pageSize: PAGE_SIZES, cuts: CUTS, runs }),
        fc.infiniteStream(fc.nat(100)),
        async (steps, { before, pageSize, cuts, runs: nights }, order) => {
          // The first steps are only in the past; syncs run during the others.
          const past = withoutRuns(steps.slice(0, before));
          const { rig, naive, fullWindow } = await playedRig(past, pageSize);
          if (nights[7]) await rig.run();
          for (const step of steps.slice(before)) {
            playStep(rig, step);
            naive.apply(step, rig.clock.now());
            if (step.kind === 'run') await rig.run();
          }
          const windows = windowsOf({ ...fullWindow, until: rig.clock.now() }, cuts);
          for (const [index, window] of shuffled(windows, order).entries()) {
            if (nights[index]) await rig.run();
            await rig.backfill(window);
            rig.clock.advance(MINUTE_MS + 1);
          }
          for (let hours = 0; hours < 3; hours += 1) {
            rig.clock.advance(HOUR_MS);
            await rig.run();
          }
          expect(await rig.grants()).toEqual(naive.grants);
          await rig.close();
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('only some windows of the past', () => {
  test('report the grants made in them; syncs report nothing from before their start', async () => {
    const histories = historiesOf({ afterMs: APART, items: ['file-a', 'drive-file'] });
    const picks = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(
        histories,
        CUTS,
        picks,
        fc.infiniteStream(fc.nat(100)),
        async (steps, cuts, picked, order) => {
          const { rig, naive, fullWindow } = await playedRig(withoutRuns(steps), 3);
          await rig.run();
          const windows = windowsOf(fullWindow, cuts).filter((_, index) => picked[index]);
          await read(rig, shuffled(windows, order));
          // Every item appears in the change log once more.
          rig.clock.advance(HOUR_MS);
          for (const item of ['file-a', 'drive-file']) rig.company.edit(item);
          await rig.run();
          rig.clock.advance(HOUR_MS);
          await rig.run({ full: true });
          await rig.run();
          const isRead = ({ at }: { at: number }) =>
            windows.some(({ since, until }) => at >= since && at < until);
          const expected = naive.granted.filter(isRead);
          expect(await rig.grants()).toEqual(
            expected.map(({ item, grantee }) => `${item} ${grantee}`).toSorted(),
          );
          await rig.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a revocation in a backfill does not end a grant that a later sync saw', async () => {
  const rig = await DriveRig.open(['audit-log', 'changes']);
  prepare(rig);
  const since = rig.clock.now();
  rig.company.grant('file-a', [ADA], ANN);
  rig.clock.advance(HOUR_MS);
  rig.company.revoke('file-a', [ADA], ANN);
  rig.clock.advance(HOUR_MS);
  const until = rig.clock.now();
  rig.company.grant('file-a', [ADA], ANN);
  rig.clock.advance(HOUR_MS);
  rig.start = rig.clock.now();
  await rig.run();
  await rig.backfill({ since, until });
  expect(await rig.grants()).toEqual([`file-a ${ADA}`]);
  // The second grant is older than the first sync, whatever happens to the file.
  rig.clock.advance(HOUR_MS);
  rig.company.edit('file-a');
  await rig.run();
  rig.clock.advance(HOUR_MS);
  await rig.run();
  expect(await rig.grants()).toEqual([`file-a ${ADA}`]);
  await rig.backfill({ since: until, until: rig.start });
  expect(await rig.grants()).toEqual([`file-a ${ADA}`, `file-a ${ADA}`]);
  await rig.close();
});

describe('a share action across the end of a window', () => {
  /** Shares with Ada, and `betweenMs` later with Ben. */
  async function sharedTwice(betweenMs: number): Promise<{ rig: DriveRig; first: number }> {
    const rig = await DriveRig.open(['audit-log']);
    prepare(rig);
    rig.company.revoke('file-a', [BEN], ANN);
    rig.clock.advance(HOUR_MS);
    const first = rig.clock.now();
    rig.company.grant('file-a', [ADA], ANN);
    rig.clock.advance(betweenMs);
    rig.company.grant('file-a', [BEN], ANN);
    rig.clock.advance(DAY_MS);
    return { rig, first };
  }

  test.each([
    [
      'one action, in the window in which it begins',
      60_000,
      [[`file-a ${ADA}`, `file-a ${BEN}`], []],
    ],
    ['two actions, each in its own window', 60_001, [[`file-a ${ADA}`], [`file-a ${BEN}`]]],
  ])('%s: %i ms apart', async (_name, betweenMs, expected) => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { rig, first } = await sharedTwice(betweenMs);
      const windows = [
        { since: first - HOUR_MS, until: first + 1 },
        { since: first + 1, until: first + HOUR_MS },
      ];
      const found: string[][] = [];
      for (const index of order) {
        const [share] = await rig.backfill(windows[index] ?? { since: 0, until: 0 });
        found[index] =
          share?.drive?.grantees.map(({ email }) => `${share.content.id} ${email}`) ?? [];
      }
      expect(found).toEqual(expected);
      await rig.close();
    }
  });

  test('the window includes its start and excludes its end', async () => {
    const { rig, first } = await sharedTwice(HOUR_MS);
    expect(await rig.backfill({ since: first - HOUR_MS, until: first })).toEqual([]);
    expect(await rig.backfill({ since: first, until: first + 1 })).toHaveLength(1);
    await rig.close();
  });

  test('hours of uninterrupted sharing form the same actions in one window or in two', async () => {
    const rig = await DriveRig.open(['audit-log']);
    prepare(rig);
    const since = rig.clock.now();
    const people = Array.from({ length: 400 }, (_, number) => `buyer${number}@globex.example`);
    // Without a quiet minute for five and a half hours.
    for (const person of people) {
      rig.company.grant('file-a', [person], ANN);
      rig.clock.advance(50 * SECOND_MS);
    }
    const until = rig.clock.now();
    rig.clock.advance(HOUR_MS);
    rig.company.conditions.pageSize = 1_000;
    const half = since + 16_333 * SECOND_MS;
    await rig.backfill({ since: half, until });
    await rig.backfill({ since, until: half });
    expect(await rig.grants()).toEqual(people.map((person) => `file-a ${person}`).toSorted());
    const cut = await eventIds(rig);
    await rig.close();

    const again = await DriveRig.open(['audit-log']);
    prepare(again);
    for (const person of people) {
      again.company.grant('file-a', [person], ANN);
      again.clock.advance(50 * SECOND_MS);
    }
    again.clock.advance(HOUR_MS);
    again.company.conditions.pageSize = 1_000;
    await again.backfill({ since, until });
    expect(await eventIds(again)).toEqual(cut);
    await again.close();
    expect(DRIVE_LIMITS.backfillMarginMs).toBeGreaterThan(people.length * 50 * SECOND_MS);
  });
});

class Crash extends Error {}

describe('a backfill that fails at any call or page and is run again', () => {
  test('yields the same events, and leaves no cursors behind', async () => {
    const histories = historiesOf({ afterMs: CLOSE });
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(histories, numbers, numbers, async (steps, calls, pages) => {
        const all = withoutRuns(steps);
        const one = await playedRig(all, 2);
        await one.rig.backfill(one.fullWindow);
        const { rig, fullWindow } = await playedRig(all, 2);
        const before = rig.company.calls;
        rig.company.conditions.beforeCall = (call) => {
          if (calls.includes(call - before)) throw new Crash('at a call');
        };
        await readThrough(rig, fullWindow, pages);
        expect(await eventIds(rig)).toEqual(await eventIds(one.rig));
        const left = await rig.db.selectFrom('cursor').select('stream').execute();
        expect(left.filter(({ stream }) => stream.startsWith('backfill/'))).toEqual([]);
        expect(await rig.db.selectFrom('activity').selectAll().execute()).toEqual([]);
        await one.rig.close();
        await rig.close();
      }),
      { numRuns: 25 },
    );
  });
});

async function readThrough(rig: DriveRig, window: Window, pages: readonly number[]): Promise<void> {
  let seen = 0;
  const options: RunOptions = {
    beforeCommit: () => {
      seen += 1;
      if (pages.includes(seen)) throw new Crash('at a page');
    },
  };
  for (;;) {
    try {
      await rig.backfill(window, options);
      return;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

function shuffled<T>(items: readonly T[], order: Iterable<number>): T[] {
  const keys = order[Symbol.iterator]();
  return items
    .map((item) => ({ item, key: Number(keys.next().value) }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
