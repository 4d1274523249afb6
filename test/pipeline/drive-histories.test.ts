import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import {
  type History,
  histories,
  LATE_HOURS_MAX,
  Model,
  type OmittedRule,
  PlayedCompany,
  type Step,
} from '../support/company-histories.ts';
import { type DriveReader, type DriveWorld, startDriveWorld } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;
/** A history takes one to two seconds: three readers, each with real requests and a real database. */
const HISTORIES = 10;
/** generous, for a machine under load */
const TIMEOUT_MS = 600_000;

type Detectors = GoogleDriveConfig['detect'];
const SETTINGS = {
  audit: ['audit-log'],
  changes: ['changes'],
  both: ['audit-log', 'changes'],
} as const satisfies Readonly<Record<string, Detectors>>;
type Setting = keyof typeof SETTINGS;

/** The grants that each setting found, and the model. */
interface Played {
  readonly found: Readonly<Record<Setting, readonly string[]>>;
  readonly model: Model;
}

async function play(history: History, model = new Model()): Promise<Played> {
  const world = await startDriveWorld();
  try {
    return await playIn(world, history, model);
  } finally {
    await world.close();
  }
}

async function playIn(world: DriveWorld, history: History, model: Model): Promise<Played> {
  const { google, clock, domain } = world;
  const { childEntries, pageSizeMax } = history;
  const company = new PlayedCompany(world);
  google.set({ childEntries, pageSizeMax });
  const open = (detect: Detectors) => world.openReader({ detect: [...detect] }, clock.now());
  const readers: Record<Setting, DriveReader> = {
    audit: await open(SETTINGS.audit),
    changes: await open(SETTINGS.changes),
    both: await open(SETTINGS.both),
  };
  const run = async () => {
    model.observe();
    for (const reader of Object.values(readers)) {
      expect(await reader.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    }
  };
  await run();
  for (const step of history.steps) {
    company.play(step);
    model.play(step);
    if (step.kind === 'run' || history.runs === 'after-each') await run();
  }
  // Time for late entries to become visible, and for held shares to wait for their next run.
  for (const hours of [LATE_HOURS_MAX + 1, 1, 1]) {
    clock.advance(hours * HOUR_MS);
    await run();
  }
  const audit = (await readers.audit.events()).flatMap((event) => actionsIn(event, domain));
  const changes = (await readers.changes.events()).flatMap(grantsIn);
  const both = (await readers.both.events()).flatMap(grantsIn);
  return { found: { audit: audit.sort(), changes: changes.sort(), both: both.sort() }, model };
}

function grantsIn({ share: { content, drive } }: StoredEvent): string[] {
  const people = drive?.grantees.map(({ email }) => email) ?? [];
  const grantees = [...people, ...(drive?.link === undefined ? [] : [drive.link])];
  return grantees.map((grantee) => `${content.title} ${grantee}`);
}

function actionsIn(event: StoredEvent, domain: string): string[] {
  const actor = event.share.sharer?.email?.replace(`@${domain}`, '');
  return grantsIn(event).map((grant) => `${grant} by ${actor}`);
}

/** The grants that each setting must find, according to the model. */
function expectedOf({ granted, noticed }: Model): Played['found'] {
  const audit = [...granted].sort();
  const both = granted.map((grant) => grant.replace(/ by \w+$/, '')).sort();
  return { audit, changes: [...noticed].sort(), both };
}

test(
  'the three settings find the grants of the model, over random histories',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { found, model } = await play(history);
        const expected = expectedOf(model);
        expect(found).toEqual(expected);
        // A reader that runs after each step misses nothing: then all three are the same.
        if (history.runs === 'after-each') expect(expected.changes).toEqual(expected.both);
      }),
      { numRuns: HISTORIES },
    );
  },
  TIMEOUT_MS,
);

const NOW = { afterMs: 2 * HOUR_MS, lateMs: 0 };
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const shared = (item: 'file-a' | 'folder' | 'drive-file', to: string, role: 'reader' | 'writer') =>
  ({ kind: 'share', item, to: [to], role, by: 'bob', ...NOW }) satisfies Step;

/** One of each kind of step. */
const ONE_OF_EACH: History = {
  steps: [
    shared('file-a', BEN, 'writer'),
    shared('file-a', ADA, 'reader'),
    shared('file-a', ADA, 'writer'),
    { kind: 'revoke', item: 'file-a', to: [ADA, BEN], ...NOW },
    shared('file-a', ADA, 'reader'),
    { ...shared('folder', BEN, 'reader'), lateMs: 3 * HOUR_MS },
    { kind: 'move', item: 'file-a', place: 'folder', ...NOW },
    { kind: 'move', item: 'file-a', place: 'drive', ...NOW },
    { kind: 'member', who: ADA, role: 'writer', ...NOW },
    { kind: 'create', place: 'drive', ...NOW },
  ],
  runs: 'after-each',
  childEntries: 'all',
  pageSizeMax: 3,
};

describe('one of each kind of step', () => {
  test('all three settings find the listed grants', async () => {
    const grants = [`drive ${ADA}`, `file-a ${ADA}`, `file-a ${ADA}`, `folder ${BEN}`];
    const { found, model } = await play(ONE_OF_EACH);
    expect(found.changes).toEqual(grants);
    expect(found.both).toEqual(grants);
    expect(found.audit).toEqual([
      `drive ${ADA} by ann`,
      `file-a ${ADA} by bob`,
      `file-a ${ADA} by bob`,
      `folder ${BEN} by bob`,
    ]);
    expect(expectedOf(model)).toEqual(found);
  });

  test.each<[OmittedRule]>([['revocations'], ['old roles'], ['folders'], ['baseline']])(
    'control: a model that omits %s does not agree',
    async (omitted) => {
      const wrong = new Model(omitted);
      const right = new Model();
      for (const step of ONE_OF_EACH.steps) for (const model of [wrong, right]) model.play(step);
      expect(expectedOf(wrong).both).not.toEqual(expectedOf(right).both);
    },
  );
});
