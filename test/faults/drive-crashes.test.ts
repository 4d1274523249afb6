import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import { RetryableError } from '../../src/lib/errors.ts';
import { ANN, BOB, DOMAIN, DRIVE } from '../support/drive-company.ts';
import { ADA, BEN, historiesOf, playStep, prepare, type Step } from '../support/drive-histories.ts';
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
  /** numbers of the client's calls, across the history, at which the run fails */
  readonly calls: readonly number[];
  /** numbers of the pages, across the history, at which the run fails before the commit */
  readonly pages: readonly number[];
}

/** Runs again until a run completes. */
async function runUntilDone(
  rig: DriveRig,
  crashes: Crashes,
  seen: { pages: number },
): Promise<void> {
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
  await runUntilDone(rig, crashes, seen);
  for (const step of steps) {
    playStep(rig, step);
    if (step.kind === 'run') await runUntilDone(rig, crashes, seen);
  }
  for (let hours = 0; hours < 3; hours += 1) {
    rig.clock.advance(HOUR_MS);
    await runUntilDone(rig, crashes, seen);
  }
  const events = await rig.events();
  await rig.close();
  return events.map(({ eventId, state }) => `${eventId} ${state}`).sort();
}

describe('a run that fails at any call or page and is run again', () => {
  test.each(SETTINGS)('%s: nothing is lost or duplicated', async (_name, detect) => {
    const steps = historiesOf({ afterMs: fc.integer({ min: 61_000, max: HOUR_MS }) });
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { maxLength: 12 });
    const crashes = fc.record({ calls: numbers, pages: numbers });
    await fc.assert(
      fc.asyncProperty(steps, crashes, async (history, crashing) => {
        const expected = await eventsOf(detect, history, { calls: [], pages: [] });
        expect(await eventsOf(detect, history, crashing)).toEqual(expected);
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

describe('a lost token of a change log', () => {
  test.each([ANN, DRIVE.id])(
    'of %s: everything is compared, and nothing is lost',
    async (owner) => {
      const rig = await prepared(['changes']);
      const item = owner === ANN ? 'file-a' : 'drive-file';
      rig.company.grant(item, [ADA], ANN);
      if (owner === ANN) rig.company.revoke('file-a', [BEN], ANN);
      rig.company.loseTokens(owner);
      rig.clock.advance(HOUR_MS);
      await rig.run();
      expect(await rig.grants()).toEqual([`${item} ${ADA}`]);
      // The missed revocation is on record too: a later grant is new.
      rig.clock.advance(HOUR_MS);
      if (owner === ANN) rig.company.grant('file-a', [BEN], ANN);
      await rig.run();
      await rig.run({ full: true });
      const again = owner === ANN ? [`file-a ${BEN}`] : [];
      expect(await rig.grants()).toEqual([`${item} ${ADA}`, ...again]);
      await rig.close();
    },
  );

  test('ends the grants of a file that was deleted in the meantime', async () => {
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

describe('a stream that cannot be read', () => {
  test('is reported, does not stop the others, and is read from the same position next time', async () => {
    const rig = await prepared(['changes']);
    const { company } = rig;
    company.grant('file-a', [ADA], ANN);
    company.grant('file-b', [ADA], BOB);
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

  test('the audit log: the change logs are still read', async () => {
    const rig = await prepared(['audit-log', 'changes']);
    const { company } = rig;
    company.grant('file-a', [ADA], ANN);
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

  test('twenty consecutive failures end the reading', async () => {
    const rig = await prepared(['changes']);
    const { company } = rig;
    const [user] = company.users;
    if (user === undefined) throw new Error('no user');
    company.users = Array.from({ length: 50 }, (_, number) => {
      const email = `user-${String(number).padStart(2, '0')}@${DOMAIN}`;
      return { ...user, id: email, email };
    });
    let attempts = 0;
    company.startPageToken = async () => {
      attempts += 1;
      throw new RetryableError('down');
    };
    await expect(rig.run()).rejects.toThrow('the last 20 users and drives could not be read');
    expect(attempts).toBeLessThan(50);
    expect(rig.failures.at(-1)).toBe('10 more users and drives: could not be read either');
    await rig.close();
  });
});
