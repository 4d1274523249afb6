import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import { RetryableError } from '../../src/lib/errors.ts';
import { ANN, BOB, DOMAIN, DRIVE } from '../support/drive-company.ts';
import { ADA, act, BEN, historiesOf, prepare, type Step } from '../support/drive-histories.ts';
import { DriveRig } from '../support/drive-rig.ts';

const HOUR_MS = 3_600_000;
type Detectors = GoogleDriveConfig['detect'];
const SETTINGS: [string, Detectors][] = [
  ['the audit log', ['audit-log']],
  ['the change log', ['changes']],
  ['both', ['audit-log', 'changes']],
];

class Crash extends Error {}

interface Crashes {
  /** calls of the client, counted over the whole history, at which the run breaks */
  readonly calls: readonly number[];
  /** pages, likewise, that are not committed any more */
  readonly pages: readonly number[];
}

/** Runs until a run comes through; a broken one is simply run again. */
async function runThrough(rig: DriveRig, crashes: Crashes, seen: { pages: number }): Promise<void> {
  for (;;) {
    try {
      await rig.run({
        beforeCommit: () => {
          seen.pages += 1;
          if (crashes.pages.includes(seen.pages)) throw new Crash('at a page');
        },
      });
      return;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

async function eventsOf(
  detect: Detectors,
  steps: readonly Step[],
  crashes: Crashes,
): Promise<string[]> {
  const rig = await DriveRig.open(detect);
  prepare(rig);
  rig.start = rig.clock.now();
  rig.company.conditions.pageSize = 2;
  rig.company.conditions.beforeCall = (call) => {
    if (crashes.calls.includes(call)) throw new Crash('at a call');
  };
  const seen = { pages: 0 };
  await runThrough(rig, crashes, seen);
  for (const step of steps) {
    act(rig, step);
    if (step.kind === 'run') await runThrough(rig, crashes, seen);
  }
  for (let hours = 0; hours < 3; hours += 1) {
    rig.clock.advance(HOUR_MS);
    await runThrough(rig, crashes, seen);
  }
  const events = await rig.events();
  await rig.close();
  return events.map(({ eventId, state }) => `${eventId} ${state}`).sort();
}

describe('a run that breaks at any call or page, and is run again', () => {
  test.each(SETTINGS)('%s: loses nothing and doubles nothing', async (_name, detect) => {
    const steps = historiesOf({ afterMs: fc.integer({ min: 61_000, max: HOUR_MS }) });
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { maxLength: 12 });
    const crashes = fc.record({ calls: numbers, pages: numbers });
    await fc.assert(
      fc.asyncProperty(steps, crashes, async (history, breaking) => {
        const whole = await eventsOf(detect, history, { calls: [], pages: [] });
        expect(await eventsOf(detect, history, breaking)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

async function prepared(detect: Detectors): Promise<DriveRig> {
  const rig = await DriveRig.open(detect);
  prepare(rig);
  rig.start = rig.clock.now();
  await rig.run();
  rig.clock.advance(HOUR_MS);
  return rig;
}

describe('a lost place in a change log', () => {
  test.each([ANN, DRIVE.id])('of %s: everything is compared, nothing is lost', async (whose) => {
    const rig = await prepared(['changes']);
    const item = whose === ANN ? 'file-a' : 'drive-file';
    rig.company.give(item, [ADA], ANN);
    if (whose === ANN) rig.company.take('file-a', [BEN], ANN);
    rig.company.loseTokens(whose);
    rig.clock.advance(HOUR_MS);
    await rig.run();
    expect(await rig.grants()).toEqual([`${item} ${ADA}`]);
    // What was missed is on record, too: given again, it is new.
    rig.clock.advance(HOUR_MS);
    if (whose === ANN) rig.company.give('file-a', [BEN], ANN);
    await rig.run();
    await rig.run({ full: true });
    const again = whose === ANN ? [`file-a ${BEN}`] : [];
    expect(await rig.grants()).toEqual([`${item} ${ADA}`, ...again]);
    await rig.close();
  });

  test('and a file that went meanwhile: its grants have ended', async () => {
    const rig = await prepared(['changes']);
    rig.company.remove('file-a');
    rig.company.loseTokens(ANN);
    await rig.run();
    const open = await rig.db
      .selectFrom('grant')
      .select('item')
      .where('revoked_at', 'is', null)
      .execute();
    expect(open.map(({ item }) => item)).not.toContain('file-a');
    await rig.close();
  });
});

describe('one who cannot be read', () => {
  test('is told, does not stop the others, and is read from the same place the next time', async () => {
    const rig = await prepared(['changes']);
    const { company } = rig;
    company.give('file-a', [ADA], ANN);
    company.give('file-b', [ADA], BOB);
    const listChanges = company.listChanges.bind(company);
    company.listChanges = (subject, token, driveId) => {
      if (subject === ANN && driveId === undefined) throw new RetryableError('busy');
      return listChanges(subject, token, driveId);
    };
    await rig.run();
    expect(rig.failures).toEqual([`${ANN}: busy`]);
    expect(await rig.grants()).toEqual([`file-b ${ADA}`]);
    company.listChanges = listChanges;
    await rig.run();
    expect(rig.failures).toEqual([]);
    expect(await rig.grants()).toEqual([`file-a ${ADA}`, `file-b ${ADA}`]);
    await rig.close();
  });

  test('the audit log: the change logs are read all the same', async () => {
    const rig = await prepared(['audit-log', 'changes']);
    const { company } = rig;
    company.give('file-a', [ADA], ANN);
    const listActivities = company.listActivities.bind(company);
    company.listActivities = () => {
      throw new RetryableError('no log today');
    };
    await rig.run();
    expect(rig.failures).toEqual(['the audit log: no log today']);
    company.listActivities = listActivities;
    rig.clock.advance(HOUR_MS);
    await rig.run();
    const [event] = await rig.events();
    expect(await rig.grants()).toEqual([`file-a ${ADA}`]);
    expect(event?.share.drive?.detector).toBe('audit-log');
    await rig.close();
  });

  test('twenty in a row end the reading: what is broken is none of theirs', async () => {
    const rig = await prepared(['changes']);
    const { company } = rig;
    const [user] = company.users;
    if (user === undefined) throw new Error('nobody');
    company.users = Array.from({ length: 50 }, (_, number) => {
      const email = `user-${String(number).padStart(2, '0')}@${DOMAIN}`;
      return { ...user, email };
    });
    let tried = 0;
    company.startPageToken = async () => {
      tried += 1;
      throw new RetryableError('down');
    };
    await expect(rig.run()).rejects.toThrow('the last 20 users and drives could not be read');
    expect(tried).toBeLessThan(50);
    expect(rig.failures.at(-1)).toBe('10 more users and drives: could not be read either');
    await rig.close();
  });
});
