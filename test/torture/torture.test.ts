import { describe, expect, test } from 'vitest';
import { killPart } from './kills.ts';
import { type Act, compareWithGong } from './kills-oracle.ts';
import { shortSeed } from './seed.ts';

/** some seconds on free cores; other tests can need most of both */
const TIMEOUT_MS = 900_000;

describe('the short form of `npm run torture`', () => {
  test('kills, suspensions and power cuts lose and double nothing', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const seed = shortSeed('TORTURE_SEED');
    const repeat = `repeat with: TORTURE_SEED=${seed} npx vitest run test/torture`;
    const rows = await killPart({ seed, long: false, report: () => {} });
    expect(rows.length, repeat).toBeGreaterThan(1);
    expect(
      rows.reduce((sum, { tried }) => sum + tried, 0),
      repeat,
    ).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row, repeat).toMatchObject({ lost: 0, doubled: 0, failures: [] });
    }
  });
});

describe('the model of the company', () => {
  const act = (changes: Partial<Act> = {}): Act => ({
    source: 'google-drive',
    content: 'file-1',
    people: ['ada@globex.example'],
    at: 0,
    eventId: 'drive:1',
    expectation: 'due',
    exceptions: new Map(),
    ...changes,
  });
  const event = (eventId: string, ...emails: string[]) => ({
    eventId,
    body: { contentId: 'file-1', recipients: emails.map((email) => ({ email })) },
  });
  const ADA = 'ada@globex.example';

  test.each([
    ['each share once', [act()], [event('drive:1', ADA)], 0, 0, 0],
    ['a lost share', [act()], [], 1, 0, 2],
    ['two events for one share', [act()], [event('drive:1', ADA), event('drive:2', ADA)], 0, 1, 1],
    ['a person who was given nothing', [act()], [event('drive:1', ADA, 'eve@x.example')], 0, 1, 1],
    ['another identity', [act()], [event('drive:2', ADA)], 0, 0, 1],
    ['what is not due yet', [act({ expectation: 'possible' })], [], 0, 0, 0],
    ['what must never arrive', [act({ expectation: 'never' })], [event('drive:1', ADA)], 0, 1, 1],
    [
      'a person whose data is erased',
      [act({ exceptions: new Map([[ADA, 'never']]) })],
      [event('drive:1', ADA)],
      0,
      1,
      1,
    ],
  ] as const)('%s', (_, acts, events, lost, doubled, sentences) => {
    const difference = compareWithGong(acts, events);
    expect(difference).toMatchObject({ lost, doubled });
    expect(difference.sentences).toHaveLength(sentences);
  });
});
