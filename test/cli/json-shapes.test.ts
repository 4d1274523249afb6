import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { LEVELS } from '../../src/operator/health.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

// Strict shapes of the external contract: a missing key, a new key, or another type fails.

const count = z.int().nonnegative();
const time = z.iso.datetime({ offset: false, precision: 3 });
const words = z.string().min(1);
const digits = z.string().regex(/^\d+$/);
const source = z.enum(['salesforce', 'google-drive']);
const state = z.enum(['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped']);

const run = z.strictObject({
  tenant: words,
  kind: z.enum(['sync', 'backfill']),
  outcome: z.enum(['ok', 'partial', 'failed', 'busy']),
  startedAt: time,
  finishedAt: time,
  found: z.strictObject({ salesforce: count, 'google-drive': count }),
  queued: count,
  held: count,
  skipped: z.record(words, count),
  delivered: count,
  duplicates: count,
  rejected: count,
  pending: count,
  calls: z.strictObject({ salesforce: count, google: count, gong: count }),
  errors: z.array(z.strictObject({ stage: words, message: words, hint: words })),
});
const syncResult = z.strictObject({ runs: z.array(run) });

const eventLine = z.strictObject({
  eventId: words,
  tenant: words,
  source,
  shareId: words,
  state,
  reason: words.nullable(),
  sharedAt: time,
  content: z.strictObject({ id: words, title: words, url: z.url().nullable() }),
  sharer: words.nullable(),
  recipients: z.array(z.email()),
  attempts: count,
  lastStatus: z.int().min(100).max(599).nullable(),
  requestId: words.nullable(),
  integrationId: digits.nullable(),
  errors: z.array(words),
});

const property = z.strictObject({
  name: words,
  dataType: z.enum(['string', 'url', 'number', 'date']),
  value: z.union([z.string(), z.number()]),
});
const crmObject = z.strictObject({
  type: z.enum(['Opportunity', 'Account', 'Contact', 'Lead']),
  id: z.string().length(18),
});
const share = z.strictObject({
  source,
  shareId: words,
  sharedAt: z.int(),
  sharer: z
    .strictObject({ id: words, email: words, name: words, username: words })
    .partial()
    .optional(),
  content: z.strictObject({
    id: words,
    versionId: words.optional(),
    title: words,
    url: words.optional(),
    infoUrl: words.optional(),
  }),
  related: z.strictObject({ id: z.string().length(18), type: words.optional() }).optional(),
  contentProperties: z.array(property),
  eventProperties: z.array(property),
});
const match = z.strictObject({
  matched: z.boolean(),
  objects: z.array(crmObject.extend({ name: words.optional() })),
  recipients: z.array(
    z.strictObject({
      email: z.email(),
      name: words.optional(),
      title: words.optional(),
      object: crmObject.optional(),
    }),
  ),
  reasons: z.array(words),
});
const attempt = z.strictObject({
  number: z.int().positive(),
  at: time,
  outcome: words,
  status: z.int().optional(),
  requestId: words.optional(),
  errors: z.array(words),
});
const eventDetail = eventLine.extend({
  notBefore: time.nullable(),
  share,
  match: match.nullable(),
  body: z.looseObject({ eventId: words, reportingSystem: words }).nullable(),
  history: z.array(attempt),
});

const statusResult = z.strictObject({
  workers: z.array(
    z.strictObject({
      id: z.uuid(),
      host: words,
      startedAt: time,
      seenAt: time,
      runs: z.array(words),
    }),
  ),
  tenants: z.array(
    z.strictObject({
      tenant: words,
      health: z.enum(LEVELS),
      attention: z.strictObject({ message: words, hint: words }).nullable(),
      nextRun: time.nullable(),
      runs: z.array(
        z.strictObject({
          runId: z.uuid(),
          kind: z.enum(['sync', 'backfill']),
          outcome: z.enum(['ok', 'partial', 'failed', 'busy', 'running', 'died']),
          startedAt: time,
          finishedAt: time.nullable(),
          report: run.nullable(),
        }),
      ),
      cursors: z.array(
        z.strictObject({
          stream: words,
          position: z.strictObject({ from: time, mark: time }),
          updatedAt: time,
        }),
      ),
      outbox: z.strictObject({
        held: count,
        pending: count,
        delivered: count,
        duplicate: count,
        rejected: count,
        skipped: count,
      }),
      oldestPending: time.nullable(),
      gong: z.strictObject({ callsPerDay: count, callsLeft: count, pausedUntil: time.nullable() }),
      backfills: z.array(
        z.strictObject({
          source,
          since: time,
          until: time.nullable(),
          state: z.enum(['reading', 'read']),
          startedAt: time,
          updatedAt: time,
        }),
      ),
      history: z.strictObject({ settled: count, waiting: count, day: count, days: count }),
    }),
  ),
});

const HOUR_MS = 60 * 60_000;

let world: CliWorld;
let synced: string;

// One event in each state, and a run that died.
beforeAll(async () => {
  world = await startCliWorld();
  const { salesforce: org, faults } = world.sandbox;
  const [duplicate, rejected] = world.deliver(4);
  const at = world.sandbox.clock.now() - 23 * HOUR_MS;
  org.deliver({ title: 'To an unknown person', at });
  org.deliver({ title: 'Without a link', at, fields: { DistributionPublicUrl: null } });
  const body = { requestId: '4al018gzaztcr8nbukw', errors: ['contentUrl: must be reachable'] };
  const eventIdOf = (id: string | undefined) => `salesforce:${id}`;
  const gong = { vendor: 'gong', times: 1 };
  faults.add({
    ...gong,
    eventId: eventIdOf(rejected),
    action: { kind: 'answer', status: 400, body },
  });
  faults.add({ ...gong, eventId: eventIdOf(duplicate), action: { kind: 'lose-answer' } });
  synced = (await world.run('sync --json')).stdout;
  world.deliver(2);
  await world.run('sync --no-push');
  const salesforce = world.barrier({ vendor: 'salesforce' });
  const killed = world.start('sync --no-push');
  await salesforce.reached();
  killed.kill('SIGKILL');
  await killed.ended();
});

afterAll(() => world[Symbol.asyncDispose]());

test('sync --json', () => {
  expect(shapeOf(syncResult, synced)).toMatchObject({
    runs: [
      {
        outcome: 'partial',
        found: { salesforce: 6 },
        queued: 4,
        held: 1,
        skipped: { 'no-url': 1 },
        delivered: 2,
        duplicates: 1,
        rejected: 1,
        pending: 0,
        calls: { gong: 5, google: 0 },
        errors: [{ stage: 'gong' }],
      },
    ],
  });
});

test('events --json: one object per line, for every state', async () => {
  const { stdout } = await world.run('events --json');
  const events = linesOf(stdout).map((line) => shapeOf(eventLine, line));
  expect(events.map((event) => event.state).toSorted()).toEqual([
    'delivered',
    'delivered',
    'duplicate',
    'held',
    'pending',
    'pending',
    'rejected',
    'skipped',
  ]);
  const times = events.map((event) => event.sharedAt);
  expect(times).toEqual(times.toSorted().toReversed());
  expect(events.find((event) => event.state === 'delivered')).toMatchObject({
    reason: null,
    recipients: ['ada@globex.example'],
    attempts: 1,
    lastStatus: 200,
    integrationId: '5517027188234205706',
    errors: [],
  });
  expect(events.find((event) => event.state === 'rejected')).toMatchObject({
    lastStatus: 400,
    requestId: '4al018gzaztcr8nbukw',
    errors: ['contentUrl: must be reachable'],
  });
});

test('events show --json: also share, match, body and attempts, for every state', async () => {
  const { stdout } = await world.run('events --json');
  const lines = linesOf(stdout).map((line) => shapeOf(eventLine, line));
  const oneOfEach = new Map(lines.map((line) => [line.state, line]));
  expect(oneOfEach.size).toBe(6);
  for (const line of oneOfEach.values()) {
    const shown = await world.run(`events show ${line.eventId} --json`);
    const detail = shapeOf(eventDetail, shown.stdout);
    expect(detail).toMatchObject(line);
    expect(detail.history).toHaveLength(line.attempts);
    expect(detail.body === null).toBe(line.state === 'held' || line.state === 'skipped');
  }
});

test('status --json', async () => {
  const { stdout } = await world.run('status --json');
  expect(shapeOf(statusResult, stdout)).toMatchObject({
    tenants: [
      {
        tenant: 'sandbox',
        health: 'died',
        attention: { message: expect.stringContaining('died before it finished') },
        nextRun: null,
        runs: [{ outcome: 'died' }, { outcome: 'ok' }, { outcome: 'partial' }],
        outbox: { held: 1, pending: 2, delivered: 2, duplicate: 1, rejected: 1, skipped: 1 },
        gong: { callsPerDay: 1_000_000, callsLeft: 999_995 },
      },
    ],
  });
});

test('control: the shapes reject an extra key and a missing key', async () => {
  const result = JSON.parse(synced);
  result.runs[0].extra = 1;
  expect(() => shapeOf(syncResult, JSON.stringify(result))).toThrow(/Unrecognized key.*extra/);
  const { stdout } = await world.run('events --json --limit 1');
  const { shareId: _, ...rest } = JSON.parse(stdout);
  expect(() => shapeOf(eventLine, JSON.stringify(rest))).toThrow(/shareId/);
});

/** The one JSON document in the text; throws if it does not have the shape. */
function shapeOf<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> {
  const parsed = shape.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(z.prettifyError(parsed.error));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
