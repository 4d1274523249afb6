import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import {
  historiesOf,
  NaiveDrive,
  playStep,
  prepare,
  type Step,
} from '../support/drive-histories.ts';
import { DriveRig } from '../support/drive-rig.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
type Detectors = GoogleDriveConfig['detect'];
const BOTH: Detectors = ['audit-log', 'changes'];

/** longer than a share action */
const APART = fc.integer({ min: 61_000, max: 40 * MINUTE_MS });
/** mostly within one share action */
const CLOSE = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 35_000 }) }, APART);
const PAGE_SIZES = fc.integer({ min: 1, max: 7 });
/** delay of the audit log; an infinite delay leaves the grant to the change log */
const LATE_HOURS_MAX = 5;
const LATE = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: LATE_HOURS_MAX * HOUR_MS }));
const LATE_OR_NEVER = fc.oneof(LATE, fc.constant(Number.POSITIVE_INFINITY));
const FEW = ['file-a', 'drive-file'];
const ONE = ['file-a'];

interface Scenario {
  readonly detect: Detectors;
  readonly steps: readonly Step[];
  readonly pageSize: number;
  readonly runs?: 'in-steps' | 'after-each' | 'full-after-each';
}

/** Plays a history. Returns the rig after its last run, and the grants of a naive model. */
async function play(scenario: Scenario): Promise<{ rig: DriveRig; naive: NaiveDrive }> {
  const rig = await DriveRig.open(scenario.detect);
  const { runs = 'in-steps' } = scenario;
  const full = runs === 'full-after-each';
  prepare(rig);
  rig.start = rig.clock.now();
  rig.company.conditions.pageSize = scenario.pageSize;
  const naive = new NaiveDrive();
  if (scenario.detect.includes('changes')) await rig.run();
  for (const step of scenario.steps) {
    playStep(rig, step);
    naive.apply(step, rig.clock.now());
    if (step.kind === 'run' || runs !== 'in-steps') await rig.run({ full });
  }
  for (let hours = 0; hours <= LATE_HOURS_MAX + 1; hours += 1) {
    rig.clock.advance(HOUR_MS);
    await rig.run({ full });
  }
  return { rig, naive };
}

async function eventIdsAfter(scenario: Scenario): Promise<string[]> {
  const { rig } = await play(scenario);
  const events = await rig.events();
  await rig.close();
  return events.map(({ eventId }) => eventId).sort();
}

/** Asserts that each grant of a history is reported once. */
async function findsAll(
  scenario: Omit<Scenario, 'steps' | 'pageSize'>,
  histories: fc.Arbitrary<Step[]>,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(histories, PAGE_SIZES, async (steps, pageSize) => {
      const { rig, naive } = await play({ ...scenario, steps, pageSize });
      expect(await rig.grants()).toEqual(naive.grants);
      expect(rig.failures).toEqual([]);
      await rig.close();
    }),
    { numRuns },
  );
}

describe('the audit log alone', () => {
  test('reports each grant once, and the grants of one action together', async () => {
    await fc.assert(
      fc.asyncProperty(historiesOf({ afterMs: CLOSE }), PAGE_SIZES, async (steps, pageSize) => {
        const { rig, naive } = await play({ detect: ['audit-log'], steps, pageSize });
        expect(await rig.grants()).toEqual(naive.grantsOfActions);
        expect(rig.failures).toEqual([]);
        await rig.close();
      }),
    );
  });

  test('yields the same events, wherever runs and pages end', async () => {
    const histories = historiesOf({ afterMs: CLOSE, items: ONE });
    await fc.assert(
      fc.asyncProperty(histories, PAGE_SIZES, async (steps, pageSize) => {
        const detect: Detectors = ['audit-log'];
        const cut = await eventIdsAfter({ detect, steps, pageSize });
        const atOnce = steps.map(
          (step): Step => (step.kind === 'run' ? { ...step, kind: 'edit', item: 'file-a' } : step),
        );
        expect(await eventIdsAfter({ detect, steps: atOnce, pageSize: 1_000 })).toEqual(cut);
      }),
    );
  });

  test('finds entries that become visible hours late, in any order', async () => {
    const histories = historiesOf({ afterMs: APART, lateMs: LATE, items: ONE });
    await findsAll({ detect: ['audit-log'] }, histories, 200);
  });
});

describe('with a run after each step', () => {
  test.each<[string, Detectors]>([
    ['the audit log', ['audit-log']],
    ['the change log', ['changes']],
    ['both', BOTH],
  ])('%s: reports each grant once, even if everything is read again', async (_name, detect) => {
    const histories = historiesOf({ afterMs: APART });
    await findsAll({ detect, runs: 'after-each' }, histories, 60);
    await findsAll({ detect, runs: 'full-after-each' }, histories, 20);
  });

  test('both detectors report each grant once, even if its audit log entry is late or missing', async () => {
    const histories = historiesOf({ afterMs: APART, lateMs: LATE_OR_NEVER, items: FEW });
    await findsAll({ detect: BOTH, runs: 'after-each' }, histories, 100);
  });
});

test('both detectors, run at any time, report each grant once, although the change log misses some', async () => {
  const histories = historiesOf({ afterMs: APART, lateMs: LATE, items: FEW });
  await findsAll({ detect: BOTH }, histories, 200);
});
