import { expect, test } from 'vitest';
import { printEvents } from '../../src/cli/events/print-events.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';
import { LIST_LIMITS } from '../../src/operator/limits.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const DRIVE = 'drive:3fa9c1d27b0e4c5d8a6f1029384756aa';
const TITLE = 'Proposal for Globex – pricing and terms';
const ERROR = 'contentUrl: must be reachable';
const NO_COLOR = { NO_COLOR: '1' };

function event(eventId: string, changes: Partial<NewEvent> & { title?: string } = {}): NewEvent {
  const { title = TITLE, ...rest } = changes;
  const { share, ...base } = newEvent(eventId);
  const recipients = [{ email: 'ada@globex.example' }, { email: 'charles@globex.example' }];
  return {
    ...base,
    share: {
      ...share,
      sharer: { email: 'grace.hopper@acme.example' },
      content: { ...share.content, title },
    },
    match: { matched: true, objects: [], recipients, reasons: [] },
    ...rest,
  };
}

const REJECTED = event(DRIVE, { state: 'rejected', errors: [ERROR, 'second'] });

async function printed(
  events: readonly NewEvent[],
  options: { readonly columns?: number; readonly tenants?: readonly string[] } = {},
): Promise<string[]> {
  const { columns, tenants = ['acme'] } = options;
  const { db } = await testDatabase();
  await commitBatch(db, await heldLease(db, 0), batchOf(events));
  const { io, stdout } = memoryIo({
    environment: NO_COLOR,
    ...(columns !== undefined && { columns }),
  });
  const stored = await listEvents(db, { windows: [{ tenants }], limit: events.length });
  const zones = new Map(tenants.map((tenant) => [tenant, 'America/New_York']));
  await printEvents(io, stored, { db, zones, allTenants: tenants });
  return stdout().trimEnd().split('\n');
}

test('a file or a pipe has the complete id, title, reason and people in one line', async () => {
  const [, line] = await printed([REJECTED]);
  expect(line).toBe(
    `${TITLE}  rejected  ${ERROR}  ada@globex.example, charles@globex.example  ` +
      `grace.hopper@acme.example  2026-10-31 20:00 -04:00  ${DRIVE}`,
  );
});

test('120 columns have the title in full, a short id, and the start of the reason', async () => {
  const [header, line] = await printed([REJECTED], { columns: 120 });
  expect(header).toMatch(/^content +state +why +to +shared +event$/);
  expect(line).toMatch(
    /^Proposal for Globex – pricing and terms {2}rejected {2}contentUrl.*… {2}ada@.*… {2}2026-10-31 {2}drive:3fa9c1d2$/,
  );
});

test('a narrower terminal has the title in full, and the rest below it', async () => {
  expect(await printed([REJECTED], { columns: 80 })).toEqual([
    TITLE,
    '  drive:3fa9c1d2  2026-10-31 20:00 -04:00  rejected: contentUrl: must be',
    '  reachable',
    '  to ada@globex.example, charles@globex.example',
  ]);
  const pending = event(DRIVE, {
    match: { matched: false, objects: [], recipients: [], reasons: [] },
  });
  expect(await printed([pending], { columns: 60 })).toEqual([
    TITLE,
    '  drive:3fa9c1d2  2026-10-31 20:00 -04:00  pending',
  ]);
  expect(await printed([pending], { columns: 36 })).not.toContain('  to');
});

test.each([40, 60, 80, 100, 120, 200])('no line is wider than %s columns', async (columns) => {
  const long = event('drive:long', {
    title: '提案書 '.repeat(40),
    state: 'skipped',
    reason: 'operator',
  });
  const tenants = ['acme', 'brightwater'];
  for (const line of await printed([REJECTED, long], { columns, tenants })) {
    expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    if (columns < 200) continue;
    expect(line).toMatch(/ {2}(tenant|acme) {2}/);
  }
});

test('an event shows why it is in its state: the reason, or Gong’s first error', async () => {
  const whyOf = async (changes: Partial<NewEvent>) => {
    const [, line = ''] = await printed([event(DRIVE, { title: 'x', ...changes })]);
    return line.split(/ {2,}/)[2];
  };
  expect(await whyOf({ state: 'skipped', reason: 'internal-only' })).toBe('internal-only');
  expect(await whyOf({ state: 'held', reason: 'unmatched' })).toBe('unmatched');
  expect(await whyOf({ state: 'rejected', errors: [ERROR] })).toBe(ERROR);
  expect(await whyOf({ state: 'rejected', reason: 'operator', errors: [ERROR] })).toBe(ERROR);
  expect(await whyOf({ state: 'pending' })).toBe('-');
  expect(await whyOf({ state: 'pending', errors: ['HTTP 503'] })).toBe('HTTP 503');
});

test('a list that is too long to look at has complete ids', async () => {
  const events = Array.from({ length: LIST_LIMITS.idsShortenedMax + 1 }, (_, at) =>
    event(`drive:${String(at).padStart(32, '0')}`),
  );
  const lines = await printed(events, { columns: 200 });
  expect(lines.at(-1)).toMatch(/ drive:0{28}1000$/);
});

test('a title cannot change the screen or add a line', async () => {
  const [, line] = await printed([event('one', { title: 'A\u001b[2J\nB' })], { columns: 120 });
  expect(line).toMatch(/^A\\u\{1b\}\[2J\\nB /);
  const [title] = await printed([event('one', { title: 'A\u001b[2J\nB' })], { columns: 50 });
  expect(title).toBe('A\\u{1b}[2J\\nB');
});
